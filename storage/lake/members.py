"""Which rows of ``person`` a root stands for, as one number that changes with any of them.

A merge, an unmerge, an erased person, a new one, a saved one: each gives the group other
rows or another version, so the stamp of its root is another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from storage.population.whose import Span

if TYPE_CHECKING:
    from storage.protocols import Transaction

_MEMBERS = """
select id, root_id, version from person where root_id > $1 and root_id <= $2
order by root_id, id
"""
#: Odd numbers without a pattern: products of neighbours go far apart.
_FIRST, _SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
_HALF = np.uint64(32)


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """Roots that rise with their stamps, and the root of every person; persons rise per root."""

    roots: NDArray[np.int64]
    stamps: NDArray[np.int64]
    persons: NDArray[np.int64]
    root_of: NDArray[np.int64]

    def roots_of(self, persons: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the roots of those persons who are here, rising."""
        return np.intersect1d(self.root_of[np.isin(self.persons, persons)], self.roots)

    def differing(self, roots: NDArray[np.int64], stamps: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the roots here that are not among others, or have another stamp there."""
        place = np.searchsorted(roots, self.roots)
        there = place < roots.size
        same = np.zeros(self.roots.size, dtype=np.bool_)
        found = place[there]
        same[there] = (roots[found] == self.roots[there]) & (stamps[found] == self.stamps[there])
        return self.roots[~same]


async def members(tx: Transaction, span: Span) -> Members:
    """Return who is in a span, as the transaction sees it."""
    rows = await tx.fetch(_MEMBERS, span.after, span.until)
    ids, root_of, versions = (
        np.array([row[place] for row in rows], dtype=np.int64) for place in range(3)
    )
    starts = np.flatnonzero(np.concatenate(([True], root_of[1:] != root_of[:-1]))[: root_of.size])
    mixed = (ids.astype(np.uint64) * _FIRST) ^ ((versions.astype(np.uint64) + _HALF) * _SECOND)
    mixed = (mixed ^ (mixed >> _HALF)) * _SECOND
    mixed ^= mixed >> _HALF
    stamps = np.add.reduceat(mixed, starts) if starts.size else mixed
    roots = root_of[starts]
    # A group whose root is gone stands for nobody.
    there = np.isin(roots, ids[ids == root_of])
    return Members(roots[there], stamps.view(np.int64)[there], ids, root_of)
