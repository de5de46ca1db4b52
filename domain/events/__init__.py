"""Event kinds and events."""
