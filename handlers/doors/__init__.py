"""Doors of our own beside the platform's: what other systems hand in."""
