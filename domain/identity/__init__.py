"""Who somebody is: keys, dedup, merge."""
