"""Which records are compared at all: those that share a key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np

from domain.matching.measures import Levels

#: A key that more records share tells nobody from others and is passed over.
LARGEST_BLOCK = 200


def candidate_pairs(keys: Sequence[Iterable[str]], largest: int = LARGEST_BLOCK) -> Levels:
    """Return the pairs (rows of two positions, the lower first) that share a key."""
    blocks: defaultdict[str, list[int]] = defaultdict(list)
    for position, held in enumerate(keys):
        for key in sorted(set(held)):
            blocks[key].append(position)
    pairs = {
        pair
        for members in blocks.values()
        if len(members) <= largest
        for pair in combinations(members, 2)
    }
    return np.array(sorted(pairs), np.int64).reshape(-1, 2)


def clusters(count: int, pairs: Levels) -> list[int]:
    """Return for each record the lowest record that pairs lead to, directly or through others."""
    root = list(range(count))

    def find(one: int) -> int:
        while root[one] != one:
            root[one] = root[root[one]]
            one = root[one]
        return one

    for left, right in pairs:
        low, high = sorted((find(int(left)), find(int(right))))
        root[high] = low
    return [find(one) for one in range(count)]
