"""Segments 圈选: conditions, other segments and lists, joined by and, or, not."""
