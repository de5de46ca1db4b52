"""Take in very many rows of a file: stored and known by key at once, worked on afterwards.

A row about somebody new, without events, becomes a person and a generated lead by
set-based statements; one that only repeats what is known changes no more than the
moment of its facts. All others go the way of :func:`import_rows`. Screening, pools,
twins and scores of new leads follow in the background (:func:`work_off_imported`): a
timer per chunk, set in the transaction that stored it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from domain.intake.mapping import Fault, Record
from domain.lead import Lead, Stage
from domain.matching.profile import EMAIL_DOMAIN, PHONE
from domain.messages import Timer
from domain.outcomes import LeadCreated, PersonDescribed
from domain.values import ContactKey, LeadId, PersonId
from handlers.actions.import_prepare import Prepared, Tools, event_key, facts_of, prepare
from handlers.actions.import_rows import Imported, take_in
from handlers.reactions import settle
from storage.bulk import Bulk, Holder, holders, known_events

if TYPE_CHECKING:
    from datetime import datetime

    from domain.intake.mapping import FileMapping
    from handlers.context import Context
    from storage.unit_of_work import Store, UnitOfWork

#: Rows of one unit of work, for whoever cuts a file into chunks.
CHUNK_ROWS = 4_000
#: Timer that works off the leads of a chunk.
WORK_OFF_TIMER = "work_off_imported"
#: Leads worked off in one unit of work: short enough to let callbacks through.
AT_ONCE = 100
_TO_WORK_OFF = """
select id, person_id from lead where id between $1 and $2 and stage = 'generated'
order by id limit $3
"""

Rows = Sequence[Mapping[str, str]]
Holders = Mapping[ContactKey, Holder]


async def import_all(
    store: Store,
    ctx: Context,
    chunks: Iterator[Rows],
    mapping: FileMapping,
    now: Callable[[], datetime],
) -> AsyncIterator[Imported]:
    """Take in a whole file, chunk by chunk; yields what became of each.

    While one chunk is written the next one is read, normalised and sealed.
    """
    tools = Tools(ctx, store.vault, store.ids, mapping)
    ahead = await _next(chunks, tools, now)
    while ahead is not None:
        following = asyncio.create_task(_next(chunks, tools, now))
        try:
            async with store.unit_of_work(ahead.now) as work:
                imported = await store_batch(work, ctx, ahead, mapping)
        except BaseException:
            following.cancel()
            raise
        yield imported
        ahead = await following


async def _next(
    chunks: Iterator[Rows], tools: Tools, now: Callable[[], datetime]
) -> Prepared | None:
    def read() -> Prepared | None:
        rows = next(chunks, None)
        return None if rows is None else prepare(rows, tools, now())

    return await asyncio.to_thread(read)


async def import_batch(
    work: UnitOfWork, ctx: Context, rows: Rows, mapping: FileMapping
) -> Imported:
    """Take in one chunk of rows in one unit of work, which is committed.

    The result, once the background has worked it off, is that of ``import_rows``.
    """
    tools = Tools(ctx, work.vault, work.ids, mapping)
    return await store_batch(work, ctx, prepare(rows, tools, work.now), mapping)


async def store_batch(
    work: UnitOfWork, ctx: Context, prepared: Prepared, mapping: FileMapping
) -> Imported:
    """Store a prepared chunk in one unit of work, which is committed."""
    await work.tx.lock_keys(prepared.lookups)
    held = await holders(work.tx, prepared.lookups)
    came = await _came_before(work, prepared, held, mapping)
    bulk = Bulk()
    ordinary = _sort_out(bulk, prepared, (held, came), mapping)
    await bulk.write(work.tx)
    if bulk.lead_ids:
        work.set_timer(_work_off(work, LeadId(bulk.lead_ids[0]), LeadId(bulk.lead_ids[-1])))
    faults = prepared.faults | await _the_others(work, ctx, ordinary, mapping)
    await work.commit()
    done = len(prepared.rows) - (len(faults) - len(prepared.faults))
    return Imported(done, faults)


async def _came_before(
    work: UnitOfWork, prepared: Prepared, held: Holders, mapping: FileMapping
) -> frozenset[str]:
    """Return the keys of rows that made their event before."""
    keys = {
        event_key(row.record, held[row.record.keys[0]].person_id, mapping)
        for row in prepared.rows
        if row.record.keys[0] in held
    }
    return await known_events(work.tx, sorted(keys)) if keys else frozenset()


def _sort_out(
    bulk: Bulk,
    prepared: Prepared,
    known: tuple[Holders, frozenset[str]],
    mapping: FileMapping,
) -> list[tuple[int, Record]]:
    """Take what is simple into ``bulk``; return the rows that go the ordinary way."""
    held, _ = known
    #: Key → the row of this chunk that brought it, None where it went another way.
    seen: dict[ContactKey, Record | None] = {}
    ordinary = []
    for row in prepared.rows:
        record = row.record
        is_first = seen.keys().isdisjoint(record.keys)
        is_held = any(key in held for key in record.keys)
        if row.new is not None and is_first and not is_held:
            bulk.take(row.new)
            seen.update(dict.fromkeys(record.keys, record))
            continue
        if row.new and not is_first and _says_the_same(record, seen):
            continue
        seen.update(dict.fromkeys(record.keys))
        if row.new and is_first and is_held and _repeats(bulk, record, known, mapping):
            continue
        ordinary.append((row.position, record))
    return ordinary


def _says_the_same(row: Record, seen: Mapping[ContactKey, Record | None]) -> bool:
    """Tell whether a row of this chunk about somebody new said all of it already."""
    first = seen.get(row.keys[0])
    return (
        first is not None
        and all(seen.get(key) is first for key in row.keys)
        and (row.at, row.uid) == (first.at, first.uid)
        and row.name in {"", first.name}
        and row.attributes.items() <= first.attributes.items()
    )


def _repeats(
    bulk: Bulk, row: Record, known: tuple[Holders, frozenset[str]], mapping: FileMapping
) -> bool:
    """Tell whether a row says nothing new of somebody known; then its facts were taken in."""
    held, came = known
    found = {held[key].person_id if key in held else None for key in row.keys}
    if len(found) > 1 or None in found:
        return False
    holder = held[row.keys[0]]
    if event_key(row, holder.person_id, mapping) not in came:
        return False
    return bulk.learned(holder, facts_of(row))


async def _the_others(
    work: UnitOfWork, ctx: Context, rows: Sequence[tuple[int, Record]], mapping: FileMapping
) -> dict[int, tuple[Fault, ...]]:
    faults: dict[int, tuple[Fault, ...]] = {}
    if not rows:
        return faults
    await work.load(key for _, row in rows for key in row.keys)
    fresh = work.leads.of(person.id for person in work.people.loaded())
    for lead in fresh:
        if lead.stage is Stage.GENERATED:  # stored a moment ago, not worked off yet
            _set_off(work, lead)
    await settle(work, replace(ctx, offers_leads=False))
    for position, row in rows:
        if refusals := await take_in(work, ctx, row, mapping):
            faults[position] = refusals
    await settle(work, replace(ctx, offers_leads=False))
    return faults


# ------------------------------------------------------------------ the background


def _work_off(work: UnitOfWork, first: LeadId, last: LeadId) -> Timer:
    payload = (("last", str(last)),)
    return Timer(WORK_OFF_TIMER, first, work.now, f"{WORK_OFF_TIMER}:{first}", payload)


async def work_off_imported(work: UnitOfWork, ctx: Context, first: LeadId, last: LeadId) -> int:
    """Do for some leads between two numbers what their creation sets off; return how many.

    The rest follows in a unit of work of its own. Whoever matures waits in a pool: a
    file of thousands must not flood the reps with cards.
    """
    before = work.take_outcomes(), work.take_to_score()
    rows = await work.tx.fetch(_TO_WORK_OFF, first, last, AT_ONCE)
    await work.load_people([PersonId(row["person_id"]) for row in rows])
    for row in rows:
        _set_off(work, work.leads.get(LeadId(row["id"])))
    await settle(work, replace(ctx, offers_leads=False))
    if len(rows) == AT_ONCE:
        work.set_timer(_work_off(work, LeadId(rows[-1]["id"] + 1), last))
    outcomes, to_score = before
    for outcome in outcomes:
        work.happened(outcome)
    for person_id in to_score:
        work.rescore(person_id)
    return len(rows)


def _set_off(work: UnitOfWork, lead: Lead) -> None:
    """Tell what the creation of a lead and of its person would have told."""
    channel = lead.first_touch.channel if lead.first_touch else ""
    work.happened(LeadCreated(lead.id, lead.person_id, channel, lead.cycle))
    person = work.people.get(lead.person_id)
    work.happened(PersonDescribed(person.id, (*person.attributes, PHONE, EMAIL_DOMAIN)))
    work.rescore(lead.person_id)
