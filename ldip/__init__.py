"""A Norwegian municipality's economy twenty years ahead, with its uncertainty."""

__version__ = "0.1.0"
