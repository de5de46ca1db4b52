"""Scores, grades and their explanation."""
