"""The planners' live page: sliders laid over a scenario as a change, and the same simulation as the command line."""
