"""Backups: one file with everything but the master key, and the way back."""
