"""Key rotation as an operator sees it: which keys there are, and what stands under each."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from storage.errors import Cause, StorageUnavailable
from storage.resealing import KeyPage
from storage.rotation import Part

if TYPE_CHECKING:
    from storage.vault import MasterKeys

#: After so many rounds that still find something, somebody writes under an older key.
MOST_ROUNDS = 4
#: A page that met a lock is tried again; nothing of it was kept.
_TRIES = 5
_PAUSE_SECONDS = 0.2


class KeyUse(StrEnum):
    """What the service does with a master key."""

    SEALING = "sealing"
    OPENING = "opening"
    STANDBY = "standby"


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A master key that the service has; the fingerprint tells it from others."""

    number: int
    fingerprint: str
    use: KeyUse


class Pages(Protocol):
    """The hand of a rotation: :meth:`storage.rotation.Rotation.page`, here or in the service."""

    async def __call__(self, part: Part, after: int, *, is_moving: bool) -> KeyPage:
        """Count a page of rows by key, or move them under the newest."""
        ...


@dataclass(slots=True)
class Standing:
    """How many rows of each part stand under each master key (0: unreadable)."""

    rows: dict[Part, Counter[int]] = field(default_factory=dict)

    def under(self, number: int) -> int:
        """Return how many rows stand under a key."""
        return sum(counts[number] for counts in self.rows.values())

    def outside(self, number: int) -> int:
        """Return how many rows stand under another key that is known."""
        return sum(
            count
            for counts in self.rows.values()
            for other, count in counts.items()
            if other not in {number, 0}
        )


def known_keys(keys: MasterKeys) -> list[KnownKey]:
    """Return what may be shown of the master keys."""
    return [KnownKey(n, keys.fingerprint(n), _use(keys, n)) for n in sorted(keys.keys)]


def _use(keys: MasterKeys, number: int) -> KeyUse:
    if number == keys.sealing:
        return KeyUse.SEALING
    return KeyUse.STANDBY if number in keys.standby else KeyUse.OPENING


async def standing(pages: Pages) -> Standing:
    """Look at every row that stands under a master key."""
    found = Standing()
    for part in Part:
        counts = found.rows[part] = Counter()
        after: int | None = 0
        while after is not None:
            page = await _patiently(pages, part, after, is_moving=False)
            counts.update(page.rows)
            after = page.after
    return found


async def rewrap(
    pages: Pages, sealing: int, moved: Callable[[Part, int], None]
) -> tuple[Standing, Mapping[Part, int]]:
    """Move everything under the key ``sealing``, in rounds, until a round finds nothing left.

    What a process wrote meanwhile under an older key is found by the next round.
    ``moved`` hears of every page. Returns where everything stands now, and how
    many rows of each part were moved. A run that was cut off may be begun again.
    """
    total: Counter[Part] = Counter()
    found = Standing()
    for _ in range(MOST_ROUNDS):
        for part in Part:
            total[part] += await _move(pages, part, moved)
        found = await standing(pages)
        if not found.outside(sealing):
            break
    return found, total


async def _move(pages: Pages, part: Part, moved: Callable[[Part, int], None]) -> int:
    total = 0
    after: int | None = 0
    while after is not None:
        page = await _patiently(pages, part, after, is_moving=True)
        total += page.changed
        moved(part, page.changed)
        after = page.after
    return total


async def _patiently(pages: Pages, part: Part, after: int, *, is_moving: bool) -> KeyPage:
    for _ in range(_TRIES - 1):
        try:
            return await pages(part, after, is_moving=is_moving)
        except StorageUnavailable as error:
            if error.cause is not Cause.LOCKED:
                raise
            await asyncio.sleep(_PAUSE_SECONDS)
    return await pages(part, after, is_moving=is_moving)
