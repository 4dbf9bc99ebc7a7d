"""The model, pure: population, drivers, baseline, the accounts of a year, the engines, the metric catalogue."""
