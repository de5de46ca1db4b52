"""From text to tree: lexer and parser, literals, calls, names."""
