"""How many years a simulation has. Loads nothing: the command line has its limits from here too."""

YEARS = (1, 60)
"""Fewest and most that can be simulated."""

USUAL = 20
"""So many are, if nothing else is asked for."""
