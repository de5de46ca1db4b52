"""Tables of Chinese words that the chat readers look things up in."""
