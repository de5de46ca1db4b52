"""Doors for trackers: unmodified SDKs post here."""
