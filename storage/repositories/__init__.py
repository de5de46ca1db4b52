"""Mapping between rows and domain values, one module per topic."""
