"""What the stand-in knows: people, relations, conversations, quotas, codes, tokens."""
