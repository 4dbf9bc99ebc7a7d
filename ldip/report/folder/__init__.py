"""The result folder: written complete or not at all, and read again."""
