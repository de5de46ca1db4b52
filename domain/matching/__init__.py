"""Are two records one: comparisons, weights of evidence, companies, rules."""
