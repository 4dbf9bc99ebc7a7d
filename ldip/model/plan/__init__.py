"""From a scenario to the plan of every year."""
