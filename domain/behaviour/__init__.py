"""The one language for behaviour: its tree, its words, and the kernel that computes it."""
