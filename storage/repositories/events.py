"""Events of one unit of work: appended in sets, read as histories in event order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from domain.events.event import Event, Ordered, PropertyValue, in_order
from domain.values import PersonId
from storage.moments import from_micros, to_micros

if TYPE_CHECKING:
    from storage.database import Row, Transaction
    from storage.ids import Ids
    from storage.repositories.people import People
    from storage.vault import Vault


class Events:
    """The append-only log, through one transaction."""

    def __init__(self, tx: Transaction, vault: Vault, ids: Ids, people: People) -> None:
        """Belong to one transaction."""
        self._tx = tx
        self._vault = vault
        self._ids = ids
        self._people = people
        self._new: dict[str, Event] = {}
        self._loaded: dict[PersonId, dict[str, Event]] = {}
        #: What :meth:`history` told of single persons; they are asked for again and again.
        self._ordered: dict[PersonId, Ordered] = {}

    def begin(self, person_id: PersonId) -> None:
        """Know of a new person: there is nothing to load."""
        self._loaded.setdefault(person_id, {})

    async def load(self, person_ids: Iterable[PersonId]) -> None:
        """Load the whole histories of persons that are not loaded yet.

        What was said (``Event.text``) stays sealed in the rows: no score needs it.
        """
        missing = sorted(set(person_ids) - self._loaded.keys())
        if not missing:
            return
        rows = await self._tx.fetch(
            f"select {EVENT_COLUMNS} from event where {self._tx.any_of('person_id', 1)}",
            self._tx.array(missing),
        )
        histories: defaultdict[PersonId, dict[str, Event]] = defaultdict(dict)
        for row in rows:
            event = event_of(row)
            histories[event.person_id][event.dedupe_key] = event
        for person_id in missing:
            self._loaded[person_id] = histories[person_id]
            self._ordered.pop(person_id, None)
        for event in self._new.values():
            if event.person_id in self._loaded:
                self._loaded[event.person_id].setdefault(event.dedupe_key, event)
                self._ordered.pop(event.person_id, None)

    async def person_of(self, dedupe_key: str) -> PersonId | None:
        """Return whose event stands under a key, or None when there is none."""
        if dedupe_key in self._new:
            return self._new[dedupe_key].person_id
        row = await self._tx.fetch_one(
            "select person_id from event where dedupe_key = $1", dedupe_key
        )
        return PersonId(row["person_id"]) if row else None

    def history(self, person_ids: Iterable[PersonId]) -> Ordered:
        """Return all events of loaded persons (a merge group), in event order."""
        group = tuple(person_ids)
        if len(group) != 1:
            return in_order(e for p in group for e in self._loaded[p].values())
        [person_id] = group
        found = self._ordered.get(person_id)
        if found is None:
            found = in_order(self._loaded[person_id].values())
            self._ordered[person_id] = found
        return found

    def add(self, event: Event) -> bool:
        """Append an event of a loaded history; False when its key is already there."""
        history = self._loaded[event.person_id]
        if event.dedupe_key in history:
            return False
        history[event.dedupe_key] = event
        self._ordered.pop(event.person_id, None)
        self._new[event.dedupe_key] = event
        return True

    def added(self) -> tuple[Event, ...]:
        """Return what was appended in this unit of work."""
        return tuple(self._new.values())

    async def save(self) -> None:
        """Write what was appended; a repeated key falls on the row that stands."""
        if self._new:
            await self._tx.execute_set(INSERT_EVENT, [self._row(e) for e in self._new.values()])

    def _row(self, event: Event) -> tuple[object, ...]:
        sealed = None
        if event.text:
            wrapped = self._people.data_key(event.person_id)
            sealed = self._vault.seal_for(event.person_id, wrapped, event.text.encode())
        return (
            self._ids.next(),
            event.person_id,
            event.kind,
            to_micros(event.event_at),
            to_micros(event.received_at),
            event.source_sequence,
            event.dedupe_key,
            msgspec.json.encode(dict(event.properties)).decode(),
            sealed,
        )


#: What :func:`event_of` reads, in its order: by position, since histories are long.
EVENT_COLUMNS = "person_id, kind, event_at, received_at, dedupe_key, source_sequence, properties"
_PROPERTIES = msgspec.json.Decoder(dict[str, PropertyValue])


def event_of(row: Row) -> Event:
    """Return the event of a row that begins with :data:`EVENT_COLUMNS`.

    What was said stays sealed.
    """
    person_id, kind, event_at, received_at, key, sequence, properties, *_ = row
    return Event(
        person_id,
        kind,
        from_micros(event_at),
        from_micros(received_at),
        key,
        sequence,
        _PROPERTIES.decode(properties),
    )


INSERT_EVENT = """
insert into event (id, person_id, kind, event_at, received_at, source_sequence, dedupe_key,
                   properties, sealed_text)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (dedupe_key) do nothing
"""
