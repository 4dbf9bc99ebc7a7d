"""Everything that is written as Excel."""
