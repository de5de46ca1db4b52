"""Which of some names a typed word means."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz.distance import OSA

from domain.cleaning.text import clean_text

#: A word of fewer characters is too short to be a slip of another.
_SHORTEST = 3


def nearest(word: str, names: Iterable[str]) -> str | None:
    """Return the name that ``word`` is, without regard to case, or the one that is a slip away.

    A slip is one character more, less, other or swapped; of several such names none is meant.
    """
    wanted = clean_text(word).casefold()
    known = {name.casefold(): name for name in names}
    if wanted in known:
        return known[wanted]
    if len(wanted) < _SHORTEST:
        return None
    near = {n for folded, n in known.items() if OSA.distance(folded, wanted, score_cutoff=1) <= 1}
    return near.pop() if len(near) == 1 else None
