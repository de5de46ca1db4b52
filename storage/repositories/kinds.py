"""Registered kinds, and events that wait for a registration, of one unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from domain.events.event import PropertyValue
from domain.events.registration import shape_of
from domain.events.registry import EventKind
from domain.values import PersonId
from storage.errors import Erased
from storage.moments import from_micros, to_micros
from storage.queries.kinds import newest_kind

if TYPE_CHECKING:
    from storage.ids import Ids
    from storage.protocols import Row, Transaction
    from storage.repositories.people import People
    from storage.vault import Vault

#: Whoever registers holds it: numbers are given out one after another.
_LOCK = b"clew event kinds"
#: What a held event is sealed for, besides its person.
_CONTEXT = b"held_event"

_INSERT_VERSION = """
insert into kind_version (number, name, definition, author, at) values ($1, $2, $3, $4, $5)
"""
_HOLD = """
insert into held_event (id, person_id, source, kind, reason, shape, sealed, dedupe_key,
                        source_sequence, event_at, received_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (dedupe_key) do nothing
"""
_HELD = "select * from held_event where kind = $1 and id > $2 order by id limit $3"


@dataclass(frozen=True, slots=True)
class HeldEvent:
    """An event as it came, of a known person, and why the registry refused it."""

    person_id: PersonId
    source: str
    reason: str
    kind: str
    event_at: datetime
    dedupe_key: str
    source_sequence: int
    properties: dict[str, PropertyValue]
    text: str
    id: int = 0


class _Payload(msgspec.Struct):
    """What is sealed."""

    kind: str
    properties: dict[str, PropertyValue]
    text: str


class Kinds:
    """Versions of kinds and held events, through one transaction."""

    def __init__(self, tx: Transaction, vault: Vault, ids: Ids, people: People) -> None:
        """Belong to one transaction."""
        self._tx = tx
        self._vault = vault
        self._ids = ids
        self._people = people

    # ------------------------------------------------------------- versions

    async def lock(self) -> None:
        """Let nobody else register until the end of the transaction."""
        await self._tx.lock_keys([_LOCK])

    async def register(self, kind: EventKind, author: str, now: datetime) -> int:
        """Keep a registration; return its number. Call :meth:`lock` before."""
        number = await newest_kind(self._tx) + 1
        definition = msgspec.json.encode(_plain(kind)).decode()
        await self._tx.execute(
            _INSERT_VERSION, number, kind.name, definition, author, to_micros(now)
        )
        return number

    # ------------------------------------------------------------- quarantine

    async def hold(self, event: HeldEvent, now: datetime) -> None:
        """Keep an event of a loaded person, sealed with their key; a repeat changes nothing."""
        plain = msgspec.json.encode(_Payload(event.kind, event.properties, event.text))
        wrapped = self._people.data_key(event.person_id)
        await self._tx.execute(
            _HOLD,
            self._ids.next(),
            event.person_id,
            event.source,
            shown_name(event.kind),
            event.reason,
            msgspec.json.encode(shape_of(event.properties)).decode(),
            self._vault.seal_for(event.person_id, wrapped, plain, _CONTEXT),
            event.dedupe_key,
            event.source_sequence,
            to_micros(event.event_at),
            to_micros(now),
        )

    async def held_rows(self, kind: str, after: int, most: int) -> Sequence[Row]:
        """Return rows of held events of a kind beyond id ``after``, still sealed."""
        return await self._tx.fetch(_HELD, shown_name(kind), after, most)

    def opened(self, row: Row) -> HeldEvent:
        """Return the event of a row whose person was asked for.

        Raises:
            Erased: the person's key was destroyed.
        """
        person_id = PersonId(row["person_id"])
        try:
            wrapped = self._people.data_key(person_id)
        except KeyError:  # with the key its row went, and then nobody could be loaded
            raise Erased(person_id) from None
        plain = self._vault.open_for(person_id, wrapped, bytes(row["sealed"]), _CONTEXT)
        payload = msgspec.json.decode(plain, type=_Payload)
        return HeldEvent(
            person_id=person_id,
            source=row["source"],
            reason=row["reason"],
            kind=payload.kind,
            event_at=from_micros(row["event_at"]),
            dedupe_key=row["dedupe_key"],
            source_sequence=row["source_sequence"],
            properties=payload.properties,
            text=payload.text,
            id=row["id"],
        )

    async def drop_held(self, ids: Sequence[int]) -> None:
        """Forget held events that were recorded, or whose person was erased."""
        if ids:
            await self._tx.execute(
                f"delete from held_event where {self._tx.any_of('id', 1)}", self._tx.array(ids)
            )


def shown_name(kind: str) -> str:
    """Return the name of a kind as it is stored and shown: on one line, cut where it is long."""
    return " ".join(kind.split())[:96] or "?"


def _plain(kind: EventKind) -> dict[str, object]:
    return {
        "name": kind.name,
        "label": kind.label,
        "strength": kind.strength,
        "source": kind.source,
        "is_interaction": kind.is_interaction,
        "properties": dict(kind.properties),
    }
