"""Defining segments, estimating them, finding who is in them, writing files."""
