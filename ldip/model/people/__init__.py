"""Who lives in the municipality, and in which dwellings."""
