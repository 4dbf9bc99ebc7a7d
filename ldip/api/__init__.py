"""The door for Python people: scenarios, simulations and answers with tables and pictures (docs/python.md).

What is here asks the rooms below and puts their figures into pandas; it computes none of its own.
"""
