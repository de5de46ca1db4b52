"""Scores, tags and segments of everybody: persons by the thousand, as columns."""
