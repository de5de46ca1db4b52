"""Rows of files, read as leads."""
