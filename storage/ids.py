"""Ids of rows: 63 bits, ordered by time, unique over processes.

``ms since 2024-01-01 (43 bits) | node (10 bits) | counter (10 bits)``. The sign
bit stays free: both databases and every client keep the number as it is.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from storage.protocols import Database

ID_EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
NODE_BITS = 10
COUNTER_BITS = 10
NODES = 1 << NODE_BITS
_SHIFT = NODE_BITS + COUNTER_BITS
_COUNTER_MASK = (1 << COUNTER_BITS) - 1
_MILLISECOND = timedelta(milliseconds=1)
#: Ids that a unit of work takes at once.
_AT_ONCE = 32

#: A row of ``counter`` gives every process start the next node number.
CLAIM_NODE = """
insert into counter (name, value) values ('node', 0)
on conflict (name) do update set value = counter.value + 1
returning value
"""


class Ids(Protocol):
    """Where ids come from."""

    def next(self) -> int:
        """Return an id greater than every one before it."""
        ...


class IdSource:
    """Hands out ids that only grow, from any thread.

    When the clock stands still, steps back, or more than 1,024 ids are taken in
    a millisecond, the source runs ahead of the clock instead of repeating itself.
    """

    def __init__(self, now: Callable[[], datetime], node: int = 0) -> None:
        """Take the clock's ``now`` (aware) and a node number below 1,024."""
        if not 0 <= node < NODES:
            message = f"node {node} is outside 0..{NODES - 1}; claim one with claim_node"
            raise ValueError(message)
        self._now = now
        self._node = node << COUNTER_BITS
        self._tick = 0
        self._counter = -1
        self._lock = threading.Lock()

    def next(self) -> int:
        """Return an id greater than every one before it."""
        with self._lock:
            self._step()
            return _id(self._tick, self._node, self._counter)

    def several(self, count: int) -> list[int]:
        """Return ``count`` ids (one or more), rising, greater than every one before them."""
        block = self.block(count)
        node = block.node
        return [
            _id(place >> COUNTER_BITS, node, place & _COUNTER_MASK)
            for place in range(block.first, block.end)
        ]

    def block(self, count: int) -> IdBlock:
        """Set ``count`` ids (one or more) aside, greater than every one before them."""
        with self._lock:
            self._step()
            first = self._tick << COUNTER_BITS | self._counter
            last = first + count - 1
            self._tick, self._counter = last >> COUNTER_BITS, last & _COUNTER_MASK
            return IdBlock(self._node, first, last + 1)

    def _step(self) -> None:
        tick = (self._now() - ID_EPOCH) // _MILLISECOND
        if tick > self._tick:
            self._tick, self._counter = tick, 0
        elif self._counter < _COUNTER_MASK:
            self._counter += 1
        else:
            self._tick, self._counter = self._tick + 1, 0


def _id(tick: int, node: int, counter: int) -> int:
    return (tick << _SHIFT) | node | counter


@dataclass(slots=True)
class IdBlock:
    """Ids that were set aside: each is handed out once, in order, by one thread of any process.

    ``node`` is the shifted number of the source, ``first`` the next place (tick and
    counter as one number), ``end`` the place behind the last one.
    """

    node: int
    first: int
    end: int

    def next(self) -> int:
        """Return the next id.

        Raises:
            LookupError: all were handed out.
        """
        place = self.first
        if place >= self.end:
            message = "all ids of the block were handed out"
            raise LookupError(message)
        self.first = place + 1
        return _id(place >> COUNTER_BITS, self.node, place & _COUNTER_MASK)


class IdsOfWork:
    """Ids of one unit of work, which needs a few for every row that it writes.

    They are taken from the source by the dozen: one look at the clock and one lock for
    all of them. They only grow; ids that others took meanwhile may be among them.
    """

    def __init__(self, source: IdSource) -> None:
        """Take from ``source`` when there is need."""
        self._source = source
        self._left: list[int] = []

    def next(self) -> int:
        """Return an id greater than every one before it."""
        if not self._left:
            self._left = self._source.several(_AT_ONCE)[::-1]
        return self._left.pop()


def moment_of_id(row_id: int) -> datetime:
    """Return when an id was made, in UTC, to the millisecond."""
    return ID_EPOCH + (row_id >> _SHIFT) * _MILLISECOND


def first_id_at(moment: datetime) -> int:
    """Return the least id that can have been made at ``moment``: older rows have smaller ones."""
    return max((moment - ID_EPOCH) // _MILLISECOND, 0) << _SHIFT


async def claim_node(database: Database) -> int:
    """Return the node number of this process start: a counter in the database, modulo 1,024.

    So two processes, or two starts of one process under a clock that was set
    back, take different ids.

    Raises:
        SchemaMissing: The database was not migrated.
    """
    async with database.write() as tx:
        row = await tx.fetch_one(CLAIM_NODE)
    return 0 if row is None else int(row["value"]) % NODES
