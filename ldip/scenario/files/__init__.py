"""Files that people write, read and checked: the scenario, its tables, series, grids; and written."""
