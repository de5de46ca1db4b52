"""Logs of attributes that trackers build up record by record, sealed with their person's key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from domain.tracking.profile import Change
from domain.tracking.record import Act
from domain.values import PersonId
from storage.moments import from_micros, to_micros

if TYPE_CHECKING:
    from storage.ids import Ids
    from storage.protocols import Transaction
    from storage.repositories.people import People
    from storage.vault import Vault

#: Name under which it is kept that everything was deleted.
EVERYTHING = "*"
#: What a log is sealed for, besides its person.
_CONTEXT = b"profile_log"
_UPSERT = """
insert into profile_log (id, person_id, name, sealed) values ($1, $2, $3, $4)
on conflict (person_id, name) do update set sealed = excluded.sealed
"""
#: Logs of one person as they came in, by name.
Logs = dict[str, tuple[Change, ...]]


class Profiles:
    """The table, through one transaction."""

    def __init__(self, tx: Transaction, vault: Vault, ids: Ids, people: People) -> None:
        """Belong to one transaction."""
        self._tx = tx
        self._vault = vault
        self._ids = ids
        self._people = people

    async def lock(self, root: PersonId) -> None:
        """Let nobody else change these logs until the end of the transaction."""
        await self._tx.lock_keys([f"clew profile {root}".encode()])

    async def load(self, members: Sequence[PersonId]) -> dict[PersonId, Logs]:
        """Return the logs of loaded persons, by person and name."""
        rows = await self._tx.fetch(
            f"select * from profile_log where {self._tx.any_of('person_id', 1)} order by id",
            self._tx.array(list(members)),
        )
        found: dict[PersonId, Logs] = {}
        for row in rows:
            person_id = PersonId(row["person_id"])
            wrapped = self._people.data_key(person_id)
            plain = self._vault.open_for(person_id, wrapped, bytes(row["sealed"]), _CONTEXT)
            found.setdefault(person_id, {})[row["name"]] = _read(plain)
        return found

    async def save(self, person_id: PersonId, name: str, log: Iterable[Change]) -> None:
        """Keep the log of one attribute of a loaded person."""
        plain = msgspec.json.encode([[c.act, c.value, to_micros(c.at), c.reference] for c in log])
        wrapped = self._people.data_key(person_id)
        sealed = self._vault.seal_for(person_id, wrapped, plain, _CONTEXT)
        await self._tx.execute(_UPSERT, self._ids.next(), person_id, name, sealed)


def _read(plain: bytes) -> tuple[Change, ...]:
    rows = msgspec.json.decode(plain, type=list[tuple[Act, str, int, str]])
    return tuple(Change(act, value, from_micros(at), ref) for act, value, at, ref in rows)
