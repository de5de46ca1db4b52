"""Take in very many rows of a file: stored and known by key at once, worked on afterwards.

A row about somebody new, without events, becomes a person and a generated lead by
set-based statements; one that only repeats what is known changes no more than the
moment of its facts. All others go through :func:`take_in`, one by one. Screening, pools,
twins and scores of new leads follow in the background (:func:`work_off`): whatever is
generated still has to be worked off, so nothing of it is lost when a process is killed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING

from domain.intake.mapping import FileMapping, Record
from domain.intake.rows import RowReader
from domain.lead import Lead, Stage
from domain.matching.profile import EMAIL_DOMAIN, PHONE
from domain.outcomes import LeadCreated, PersonDescribed
from domain.values import IdentityKind, LeadId, PersonId
from handlers.actions.dedup.twins import look_ahead
from handlers.actions.import_prepare import Line, Prepared, ReadyRow, event_key
from handlers.actions.import_rows import Imported, facts_of, take_in
from handlers.reactions import settle
from storage.bulk import Bulk, Holder, holders, known_events

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.protocols import Transaction
    from storage.unit_of_work import UnitOfWork

#: Rows that are made ready together.
CHUNK_ROWS = 4_000
#: Identities locked by one unit of work: PostgreSQL has places for some 7,000 locks in all.
MOST_KEYS = 4_000
#: Rows that a unit of work takes in one by one: short enough to let callbacks through.
MOST_SINGLE = 100
#: Leads worked off in one unit of work: short enough to let callbacks through.
AT_ONCE = 100
# In the order of the index on stage and pool: whatever a planner believes of how many there
# are, it does not look through all leads for those that are left.
_TO_WORK_OFF = """
select id, person_id from lead where stage = 'generated' order by pool limit $1
"""

#: Kinds of identities that a row may bring.
_KINDS = tuple(
    kind.value
    for kind in (IdentityKind.UID, IdentityKind.PHONE, IdentityKind.WECHAT, IdentityKind.EMAIL)
)

Holders = Mapping[bytes, Holder]


@dataclass(frozen=True, slots=True)
class ReadyChunk:
    """Lines of a file and what was made ready of them, by one mapping."""

    header: Sequence[str]
    lines: Sequence[Line]
    prepared: Prepared
    #: Rows that had to be read again, by place: several questions are asked of one.
    records: dict[int, Record] = field(default_factory=dict, repr=False)

    def record(self, place: int, reader: RowReader) -> Record:
        """Return what a row that was made ready says; the one reader reads it once."""
        found = self.records.get(place)
        if found is None:
            read = reader.read(self.cells(place), self.prepared.now)
            if not isinstance(read, Record):
                message = "a row that was made ready is none any more"
                raise TypeError(message)
            found = self.records[place] = read
        return found

    def cells(self, place: int) -> dict[str, str]:
        """Return the cells of a line that can be read, by column."""
        return dict(zip(self.header, self.lines[place] or (), strict=True))


@dataclass(frozen=True, slots=True)
class Taken:
    """Lines up to ``end`` (not included) took effect, or are faults; by place in the chunk."""

    end: int
    imported: Imported


async def take_some(
    work: UnitOfWork,
    ctx: Context,
    chunk: ReadyChunk,
    lines: tuple[int, int],
    mapping: FileMapping,
) -> Taken:
    """Take in ``lines`` (from, to before) of a chunk, as many as one unit of work should.

    Nothing is committed: how far the file is has to share the transaction.
    """
    start, stop = lines
    rows, stop = _window(chunk.prepared, start, stop)
    sorter = _Sorter(chunk, RowReader(mapping, ctx.zone), mapping, end=stop)
    single = await sorter.sort(work, rows)
    await sorter.bulk.write(work.tx)
    await _take_singly(work, ctx, single, sorter)
    end = sorter.end
    faults = {n: found for n, found in chunk.prepared.faults.items() if start <= n < end}
    return Taken(end, Imported(end - start - len(faults), faults))


def _window(prepared: Prepared, start: int, stop: int) -> tuple[list[ReadyRow], int]:
    """Return the rows whose keys can be locked together, at least one, and where they end."""
    found: list[ReadyRow] = []
    keys, first = 0, bisect_left(prepared.rows, start, key=attrgetter("place"))
    for row in islice(prepared.rows, first, None):
        if row.place >= stop:
            break
        keys += len(row.blinds)
        if found and keys > MOST_KEYS:
            return found, row.place
        found.append(row)
    return found, stop


@dataclass(slots=True)
class _Sorter:
    """Tells what is simple from what is not."""

    chunk: ReadyChunk
    reader: RowReader
    mapping: FileMapping
    end: int
    bulk: Bulk = field(default_factory=Bulk)
    held: Holders = field(default_factory=dict)
    came: frozenset[str] = frozenset()
    #: Blind index → the simple row of this window that named it first, None after another one.
    seen: dict[bytes, int | None] = field(default_factory=dict)

    async def sort(self, work: UnitOfWork, rows: Sequence[ReadyRow]) -> list[ReadyRow]:
        """Take what is simple into ``bulk``; return the rows to be taken in one by one."""
        await self._look(work, rows)
        single: list[ReadyRow] = []
        for row in rows:
            if self._is_simple(row):
                continue
            if len(single) == MOST_SINGLE:
                self.end = row.place
                return single
            self.seen.update(dict.fromkeys(row.blinds))
            single.append(row)
        return single

    async def _look(self, work: UnitOfWork, rows: Sequence[ReadyRow]) -> None:
        prepared = self.chunk.prepared
        lookups = [blind for row in rows for blind in row.blinds]
        mine = set(lookups)
        lookups += [one for one, present in prepared.aliases.items() if present in mine]
        await work.tx.lock_keys(lookups)
        held = await holders(work.tx, _KINDS, lookups)
        self.held = {prepared.aliases.get(blind, blind): one for blind, one in held.items()}
        keys = [
            event_key(self.record(row.place), self.held[row.blinds[0]].person_id, self.mapping)
            for row in rows
            if row.new and row.blinds[0] in self.held
        ]
        if keys:
            self.came = await known_events(work.tx, sorted(set(keys)))

    def record(self, place: int) -> Record:
        """Return what a row that was made ready says."""
        return self.chunk.record(place, self.reader)

    def _is_simple(self, row: ReadyRow) -> bool:
        new, seen, held = row.new, self.seen, self.held
        if new is None:
            return False
        is_first = is_new = True
        for blind in row.blinds:
            is_first = is_first and blind not in seen
            is_new = is_new and blind not in held
        if is_first and is_new:
            self.bulk.take(new)
            for blind in row.blinds:
                seen[blind] = row.place
            return True
        if not is_first:
            return self._says_the_same(row)
        if self._repeats(row):
            for blind in row.blinds:
                seen[blind] = row.place
            return True
        return False

    def _says_the_same(self, row: ReadyRow) -> bool:
        """Tell whether a simple row of this window said all of it already."""
        place = self.seen.get(row.blinds[0])
        if place is None or any(self.seen.get(blind) != place for blind in row.blinds):
            return False
        first, again = self.record(place), self.record(row.place)
        return (
            (again.at, again.uid) == (first.at, first.uid)
            and again.name in {"", first.name}
            and again.attributes.items() <= first.attributes.items()
        )

    def _repeats(self, row: ReadyRow) -> bool:
        """Tell whether a row says nothing new of somebody known; then its facts were taken in."""
        found = {self.held[b].person_id if b in self.held else None for b in row.blinds}
        if len(found) > 1 or None in found:
            return False
        holder, record = self.held[row.blinds[0]], self.record(row.place)
        if event_key(record, holder.person_id, self.mapping) not in self.came:
            return False
        return self.bulk.learned(holder, facts_of(record))


async def _take_singly(
    work: UnitOfWork,
    ctx: Context,
    rows: Sequence[ReadyRow],
    sorter: _Sorter,
) -> None:
    if not rows:
        return
    records = [(sorter.record(row.place), sorter.chunk.cells(row.place)) for row in rows]
    await work.load(key for record, _ in records for key in record.keys)
    for lead in work.leads.of(person.id for person in work.people.loaded()):
        if lead.stage is Stage.GENERATED:  # stored a moment ago, not worked off yet
            _set_off(work, lead)
    await settle(work, replace(ctx, offers_leads=False))
    for record, given in records:
        await take_in(work, ctx, record, (sorter.mapping, given))
    await settle(work, replace(ctx, offers_leads=False))


# ------------------------------------------------------------------ the background


async def generated(tx: Transaction, most: int) -> list[tuple[LeadId, PersonId]]:
    """Return leads that were stored in bulk and not worked off yet, with their persons."""
    rows = await tx.fetch(_TO_WORK_OFF, most)
    return [(LeadId(row["id"]), PersonId(row["person_id"])) for row in rows]


async def work_off(
    work: UnitOfWork, ctx: Context, leads: Sequence[tuple[LeadId, PersonId]]
) -> None:
    """Do for leads what their creation sets off; nothing is committed.

    Whoever matures waits in a pool: a file of thousands must not flood the reps with cards.
    """
    await work.load_people([person_id for _, person_id in leads])
    for lead_id, _ in leads:
        lead = work.leads.get(lead_id)
        if lead.stage is Stage.GENERATED:  # another process may have been faster
            _set_off(work, lead)
    await look_ahead(work, ctx, [person_id for _, person_id in leads])
    await settle(work, replace(ctx, offers_leads=False))


def _set_off(work: UnitOfWork, lead: Lead) -> None:
    """Tell what the creation of a lead and of its person would have told."""
    channel = lead.first_touch.channel if lead.first_touch else ""
    work.happened(LeadCreated(lead.id, lead.person_id, channel, lead.cycle))
    person = work.people.get(lead.person_id)
    work.happened(PersonDescribed(person.id, (*person.attributes, PHONE, EMAIL_DOMAIN)))
    work.rescore(lead.person_id)
