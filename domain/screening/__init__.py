"""Who is filtered, why, and what follows: lists, sensitive words, ways to reach a person."""
