"""Stages and the one table of transitions."""
