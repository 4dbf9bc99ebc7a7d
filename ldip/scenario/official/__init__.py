"""Public statistics as saved files: read, recognised, and filled into a scenario's folder."""
