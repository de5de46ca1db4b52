"""Tags 标签: what kinds there are, how they are defined, and one tag on one person."""
