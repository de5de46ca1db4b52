"""Use cases: load from the unit of work, ask the domain, save to it."""
