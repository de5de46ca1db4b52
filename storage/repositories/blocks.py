"""The keys under which twins of persons are looked for, through one transaction.

One person asks with a statement per block. Whoever compares many says so first
(:meth:`Blocks.look_ahead`): then all of them are answered from memory. What changes is
written in sets, when somebody asks for what is not in memory, and at the end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from domain.values import PersonId
from storage.protocols import Dialect

if TYPE_CHECKING:
    from storage.database import Transaction
    from storage.ids import Ids

#: A block that more persons share tells nobody from others.
LARGEST_BLOCK = 200
_LONGEST_BLOCK = 200
#: One person more than that, so that it is seen.
_MOST = LARGEST_BLOCK + 1

_INSERT = """
insert into person_block (id, person_id, block) values ($1, $2, $3)
on conflict (block, person_id) do nothing
"""
_DELETE = "delete from person_block where person_id = $1 and block = $2"
_STANDING = f"select person_id from person_block where block = $1 limit {_MOST}"
# Of a block that thousands share no more than :data:`_MOST` rows are read.
_STANDING_EACH = {
    Dialect.SQLITE: f"""
        select k.value as block, (select json_group_array(person_id) from
          (select person_id from person_block where block = k.value limit {_MOST})) as people
        from json_each($1) k
        """,
    Dialect.POSTGRES: f"""
        select k as block, (select json_agg(person_id) from
          (select person_id from person_block where block = k limit {_MOST}) x) as people
        from unnest($1::text[]) k
        """,
}


class Blocks:
    """Who stands in which block."""

    def __init__(self, tx: Transaction, ids: Ids) -> None:
        """Belong to one transaction."""
        self._tx = tx
        self._ids = ids
        self._locked: set[str] = set()
        #: Of persons that were looked at: their blocks, with those not written yet.
        self._own: dict[PersonId, frozenset[str]] = {}
        #: Of blocks that were looked at ahead: who stands in them, at most so many as are read.
        self._members: dict[str, set[PersonId]] = {}
        #: To be written: True for a block that is new, False for one that is gone.
        self._changes: dict[tuple[PersonId, str], bool] = {}

    async def lock(self, blocks: Iterable[str]) -> None:
        """Let other processes that take in twins wait: they must see what is done here."""
        missing = _cut(blocks) - self._locked
        self._locked |= missing
        await self._tx.lock_keys([sha256(block.encode()).digest() for block in missing])

    async def look_ahead(self, people: Collection[PersonId], blocks: Iterable[str]) -> None:
        """Read at once what will be asked about these persons and blocks, and lock the blocks."""
        cut = sorted(_cut(blocks) - self._members.keys())
        await self.lock(cut)
        await self.save()
        rows = await self._tx.fetch(_STANDING_EACH[self._tx.dialect], self._tx.array(cut))
        for row in rows:
            members = msgspec.json.decode(row["people"] or "[]", type=list[int])
            self._members[row["block"]] = {PersonId(one) for one in members}
        await self._know(people)

    async def _know(self, people: Collection[PersonId]) -> None:
        missing = sorted(set(people) - self._own.keys())
        if not missing:
            return
        rows = await self._tx.fetch(
            f"select person_id, block from person_block where {self._tx.any_of('person_id', 1)}",
            self._tx.array(missing),
        )
        own: defaultdict[PersonId, set[str]] = defaultdict(set)
        for row in rows:
            own[PersonId(row["person_id"])].add(row["block"])
        self._own |= {one: frozenset(own[one]) for one in missing}

    def ahead(self) -> set[PersonId]:
        """Return who stands in the blocks that were looked at ahead and may be told of."""
        small = (found for found in self._members.values() if len(found) <= LARGEST_BLOCK)
        return set[PersonId]().union(*small)

    async def put(self, person_id: PersonId, blocks: Iterable[str]) -> None:
        """Let the person be looked for under ``blocks`` and no others."""
        await self._know([person_id])
        cut = _cut(blocks)
        changed = self._own[person_id] ^ cut
        self._own[person_id] = cut
        for block in sorted(changed):
            self._changes[person_id, block] = block in cut
            self._note(person_id, block, is_in=block in cut)

    def _note(self, person_id: PersonId, block: str, *, is_in: bool) -> None:
        members = self._members.get(block)
        if members is None:
            return
        if is_in:
            members.add(person_id)
        elif len(members) <= LARGEST_BLOCK:
            members.discard(person_id)
        else:  # not all of them were read: it has to be asked for again
            del self._members[block]

    async def sharing(self, blocks: Iterable[str], besides: PersonId) -> tuple[PersonId, ...]:
        """Return who stands in one of the ``blocks``; blocks too large are passed over."""
        found: set[PersonId] = set()
        for block in sorted(_cut(blocks)):
            members = self._members.get(block)
            if members is None:
                await self.save()
                rows = await self._tx.fetch(_STANDING, block)
                members = {PersonId(row["person_id"]) for row in rows}
            if len(members) <= LARGEST_BLOCK:
                found |= members
        return tuple(sorted(found - {besides}))

    async def save(self) -> None:
        """Write what changed."""
        changes, self._changes = self._changes, {}
        gone = [key for key, is_in in changes.items() if not is_in]
        fresh = [(self._ids.next(), *key) for key, is_in in changes.items() if is_in]
        if gone:
            await self._tx.execute_many(_DELETE, gone)
        if fresh:
            await self._tx.execute_set(_INSERT, fresh)


def _cut(blocks: Iterable[str]) -> frozenset[str]:
    return frozenset(block[:_LONGEST_BLOCK] for block in blocks)
