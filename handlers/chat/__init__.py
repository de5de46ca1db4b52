"""Doors for chat: one module per topic of updates."""
