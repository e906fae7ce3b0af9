"""The one place that touches private names of PyMongo.

Each function falls back to PyMongo's public ways where a name is missing.
"""
