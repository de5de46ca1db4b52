"""What the benches of the whole service share: a corp, its callbacks, servers pinned to cores."""
