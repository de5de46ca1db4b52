"""Words for times: patterns of one kind each, and what a match stands for."""
