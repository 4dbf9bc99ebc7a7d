"""The accounts over years and runs: two engines of one source."""
