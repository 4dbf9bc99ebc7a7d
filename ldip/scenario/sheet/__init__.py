"""Settings edited in Excel."""
