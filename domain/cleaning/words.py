"""Word tables written as plain text, one blank between words."""

from __future__ import annotations

import re


def word_set(table: str) -> frozenset[str]:
    """Return the words of ``table`` as a set."""
    return frozenset(table.split())


def any_word(table: str) -> str:
    """Return a regular expression that matches one word of ``table``, the longest first.

    The expression has no group of its own and needs none around it.
    """
    longest_first = sorted(set(table.split()), key=lambda word: (-len(word), word))
    return f"(?:{'|'.join(map(re.escape, longest_first))})"
