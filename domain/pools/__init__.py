"""Pools, and the choice of a rep."""
