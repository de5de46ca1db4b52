"""Persons, and values of them and of their events, laid out as columns."""
