"""Putting tags on and taking them off, whatever the reason."""
