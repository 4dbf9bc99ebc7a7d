"""The chapters of the report page."""
