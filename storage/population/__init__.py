"""Persons by the thousand as one snapshot has them: columns of events, facts, leads, tags."""
