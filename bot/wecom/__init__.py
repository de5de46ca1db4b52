"""WeCom and official-account wire: codec, parsing, client, cards."""
