"""Doors for what happens later: timers."""
