"""Tags of the persons of one unit of work, and the history of every change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from domain.swift import swift
from domain.tags.tagging import Tagging, TagSource, TagValue, joined
from domain.values import PersonId
from storage.moments import from_micros, to_micros

if TYPE_CHECKING:
    from storage.database import Row, Transaction
    from storage.ids import Ids

Cells = tuple[object, ...]
#: Whose tag, and its name.
Key = tuple[PersonId, str]
_VALUE: msgspec.json.Decoder[TagValue] = msgspec.json.Decoder(float | str | bool | tuple[str, ...])


@swift
@dataclass(frozen=True, slots=True)
class TagDifference:
    """A tag before and after; None is no tag, and ``taken_by`` says who took it off."""

    person_id: PersonId
    name: str
    before: Tagging | None
    after: Tagging | None
    taken_by: TagSource | None = None

    @property
    def is_new_value(self) -> bool:
        """Tell whether the value is another one."""
        before, after = self.before, self.after
        return (before and before.value) != (after and after.value)


class Tags:
    """Identity map and rows of tags."""

    def __init__(self, tx: Transaction, ids: Ids, now: datetime) -> None:
        """Belong to one transaction; changes are written down as of ``now``."""
        self._tx = tx
        self._ids = ids
        self._now_is = now
        self._saved: dict[Key, Tagging] = {}
        self._now: defaultdict[PersonId, dict[str, Tagging]] = defaultdict(dict)
        self._persons: set[PersonId] = set()
        #: What :meth:`take_changes` told last.
        self._told: dict[Key, Tagging | None] = {}
        #: As of :meth:`take_put_by_hand`.
        self._seen: dict[Key, Tagging | None] = {}
        #: What may have changed since each of the three was brought up to date; most has not.
        self._to_save: dict[Key, None] = {}
        self._to_tell: dict[Key, None] = {}
        self._to_see: dict[Key, None] = {}
        #: Who took a tag off, for its line of the history.
        self._taken_by: dict[Key, tuple[TagSource, str]] = {}

    # ------------------------------------------------------------------ look

    def of(self, person_ids: Iterable[PersonId]) -> dict[str, Tagging]:
        """Return the tags of a loaded merge group, whose root comes first."""
        return joined(self._now[person_id] for person_id in person_ids)

    def own(self, person_id: PersonId) -> Mapping[str, Tagging]:
        """Return the tags that stand at this one person."""
        return self._now[person_id]

    # ------------------------------------------------------------------ change

    def put(self, tagging: Tagging) -> None:
        """Put a tag on, or give it another value."""
        self._now[tagging.person_id][tagging.name] = tagging
        self._touch((tagging.person_id, tagging.name))

    def take(self, person_id: PersonId, name: str, source: TagSource, actor: str = "") -> None:
        """Take a tag off, if it is there; ``source`` and ``actor`` say who did."""
        if self._now[person_id].pop(name, None) is not None:
            self._taken_by[person_id, name] = (source, actor)
            self._touch((person_id, name))

    def _touch(self, key: Key) -> None:
        self._to_save[key] = self._to_tell[key] = self._to_see[key] = None

    def _get(self, key: Key) -> Tagging | None:
        person_id, name = key
        return self._now[person_id].get(name)

    def take_put_by_hand(self) -> list[Key]:
        """Return whose tags others than rules changed since the last time, with the names."""
        found = []
        for key in self._to_see:
            before, now = self._seen.get(key), self._get(key)
            if before != now and any(t and t.source is not TagSource.RULE for t in (before, now)):
                found.append(key)
            self._seen[key] = now
        self._to_see.clear()
        return found

    def take_changes(self) -> list[TagDifference]:
        """Return what is different since the last time, the to and fro between left out."""
        found = []
        for key in self._to_tell:
            source = self._taken_by.get(key, (None, ""))[0]
            found.append(TagDifference(*key, self._told.get(key), self._get(key), source))
            self._told[key] = found[-1].after
        self._to_tell.clear()
        return [one for one in found if one.is_new_value]

    # ------------------------------------------------------------------ rows

    def begin(self, person_id: PersonId) -> None:
        """Know of a new person: there is nothing to load."""
        self._persons.add(person_id)

    async def load(self, person_ids: Iterable[PersonId]) -> None:
        """Load the tags of persons that are not loaded yet."""
        missing = sorted(set(person_ids) - self._persons)
        if not missing:
            return
        self._persons.update(missing)
        rows = await self._tx.fetch(
            f"select * from tagging where {self._tx.any_of('person_id', 1)}",
            self._tx.array(missing),
        )
        for row in rows:
            tagging = tagging_of(row)
            self._saved[tagging.person_id, tagging.name] = tagging
            self._told[tagging.person_id, tagging.name] = tagging
            self._seen[tagging.person_id, tagging.name] = tagging
            self._now[tagging.person_id].setdefault(tagging.name, tagging)

    async def save(self) -> None:
        """Write what changed, with a line of the history for each."""
        now = {key: self._get(key) for key in self._to_save}
        put = [t for key, t in now.items() if t is not None and self._saved.get(key) != t]
        gone = sorted(key for key, t in now.items() if t is None and key in self._saved)
        changes = [self._change(self._saved.get((t.person_id, t.name)), t) for t in put]
        changes += [self._loss(key) for key in gone]
        names = {t.name for t in put if t.source is not TagSource.RULE}
        if names:
            at = to_micros(self._now_is)
            await self._tx.execute_set(INSERT_NAME, [(name, at) for name in sorted(names)])
        if put:
            await self._tx.execute_set(UPSERT, [self._cells(t) for t in put])
        for person_id, name in gone:
            await self._tx.execute(DELETE, person_id, name)
        told = [cells for cells in changes if cells[3] != cells[4]]
        if told:
            await self._tx.execute_set(INSERT_CHANGE, told)
        self._saved |= {(t.person_id, t.name): t for t in put}
        for key in gone:
            del self._saved[key]
        self._to_save.clear()

    def _cells(self, tagging: Tagging) -> Cells:
        return (
            self._ids.next(),
            tagging.person_id,
            tagging.name,
            encode_value(tagging.value),
            tagging.source.value,
            tagging.version,
            tagging.actor,
            to_micros(tagging.since),
            tagging.is_worn,
        )

    def _change(self, before: Tagging | None, after: Tagging) -> Cells:
        old = None if before is None else encode_value(before.value)
        who = (after.source.value, after.version, after.actor)
        return self._line(after.person_id, after.name, old, encode_value(after.value), who)

    def _loss(self, key: tuple[PersonId, str]) -> Cells:
        before = self._saved[key]
        source, actor = self._taken_by.get(key, (before.source, ""))
        who = (source.value, before.version, actor)
        return self._line(*key, encode_value(before.value), None, who)

    def _line(
        self,
        person_id: PersonId,
        name: str,
        before: str | None,
        after: str | None,
        who: tuple[str, int, str],
    ) -> Cells:
        at = to_micros(self._now_is)
        return (self._ids.next(), person_id, name, before, after, *who, at)


def encode_value(value: TagValue) -> str:
    """Return a value as its row holds it; equal values are equal texts."""
    return msgspec.json.encode(value).decode()


def decode_value(text: str) -> TagValue:
    """Return the value of a row."""
    return _VALUE.decode(text)


def tagging_of(row: Row) -> Tagging:
    """Map a row of ``tagging`` to its domain value."""
    return Tagging(
        person_id=PersonId(row["person_id"]),
        name=row["name"],
        value=decode_value(row["value"]),
        source=TagSource(row["source"]),
        since=from_micros(row["since"]),
        version=row["version"],
        actor=row["actor"],
        is_worn=bool(row["is_worn"]),
    )


UPSERT = """
insert into tagging (id, person_id, name, value, source, version, actor, since, is_worn)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (person_id, name) do update set
  value = excluded.value, source = excluded.source, version = excluded.version,
  actor = excluded.actor, since = excluded.since, is_worn = excluded.is_worn
"""
INSERT_NAME = """
insert into tag_name (name, created_at) values ($1, $2) on conflict (name) do nothing
"""
DELETE = "delete from tagging where person_id = $1 and name = $2"
INSERT_CHANGE = """
insert into tag_change (id, person_id, name, before, after, source, version, actor, at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
