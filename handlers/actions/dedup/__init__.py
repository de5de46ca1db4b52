"""Duplicates: found, treated, decided by a human, and taken apart again."""
