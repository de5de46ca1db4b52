"""Take in rows of a file: each ends as a scored lead or as named faults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from domain.channels.attribution import Origin
from domain.events.event import Event
from domain.identity.keys import Claim
from domain.intake.mapping import Fault, FileMapping, Record, read_row
from domain.person import Attribute, Source
from domain.values import IdentityKind, PersonId, Refusal
from handlers.actions.entry_points import UNKNOWN_CHANNEL
from handlers.actions.intake import call, learn, open_lead, opt_out, recognise
from handlers.actions.record import Occurrence, record
from handlers.reactions import settle
from storage.moments import to_micros

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a chunk: how many rows are leads now, and the faults by row position."""

    leads: int
    faults: Mapping[int, tuple[Fault, ...]]


async def import_rows(
    work: UnitOfWork, ctx: Context, rows: Sequence[Mapping[str, str]], mapping: FileMapping
) -> Imported:
    """Take in a chunk of rows in one unit of work, which is committed."""
    done = await take_rows(work, ctx, rows, mapping)
    await work.commit()
    return done


async def take_rows(
    work: UnitOfWork, ctx: Context, rows: Sequence[Mapping[str, str]], mapping: FileMapping
) -> Imported:
    """Take in a chunk of rows; nothing is committed.

    The leads wait in their pools: a file of thousands must not flood the reps
    with cards. A row that came before falls on what it made then.
    """
    read = [read_row(row, mapping, work.now, ctx.zone) for row in rows]
    faults: dict[int, tuple[Fault, ...]] = {}
    await work.load(key for one in read if isinstance(one, Record) for key in one.keys)
    leads = 0
    for position, one in enumerate(read):
        if not isinstance(one, Record):
            faults[position] = one
        elif refusals := await take_in(work, ctx, one, mapping):
            faults[position] = refusals
        else:
            leads += 1
    await settle(work, replace(ctx, offers_leads=False))
    return Imported(leads, faults)


async def take_in(
    work: UnitOfWork, ctx: Context, row: Record, mapping: FileMapping
) -> tuple[Fault, ...]:
    """Take in one row of loaded keys; return what is wrong with it."""
    faults = _refused_events(ctx, row) + unknown_channel(ctx, row, mapping)
    if faults:
        return faults
    person = await recognise(work, [claim_of(row, key.kind, n) for n, key in enumerate(row.keys)])
    call(work, person, row.name, Source.IMPORT, row.at)
    learn(
        work,
        person,
        {n: Attribute(value, Source.IMPORT, row.at) for n, value in row.attributes.items()},
    )
    if row.has_opted_out:
        opt_out(work, person, row.at)
    reference = f"import:{mapping.source}:{reference_of(row, person.id)}"
    came = record(work, ctx, person.id, Occurrence("lead_imported", row.at, reference))
    if isinstance(came, Event):
        open_lead(work, ctx, person, ctx.catalog.touch(Origin.IMPORT, row.channel, row.at))
    for event in row.events:
        key = f"{reference}:{event.kind}"
        what = Occurrence(event.kind, row.at, key, properties=event.properties)
        record(work, ctx, person.id, what)
    work.rescore(person.id)
    return ()


def reference_of(row: Record, person_id: PersonId) -> str:
    """Return what makes a repeated row fall on the first one; never a phone or e-mail."""
    if row.uid:
        return row.uid
    return f"{person_id}@{to_micros(row.at)}" if row.is_dated else str(person_id)


def claim_of(row: Record, kind: IdentityKind, position: int) -> Claim:
    """Return a claim: the id in the file's system names one person, the rest anyone can type."""
    return Claim(
        row.keys[position], is_verified=kind is IdentityKind.UID, source=Source.IMPORT, at=row.at
    )


def unknown_channel(ctx: Context, row: Record, mapping: FileMapping) -> tuple[Fault, ...]:
    """Name a channel that neither the rules nor the tree know; an empty one is no fault."""
    if not row.channel or ctx.catalog.knows_channel(Origin.IMPORT, row.channel):
        return ()
    return (Fault(mapping.channel, UNKNOWN_CHANNEL),)


def _refused_events(ctx: Context, row: Record) -> tuple[Fault, ...]:
    refused = [ctx.events.check(event.kind, event.properties) for event in row.events]
    return tuple(Fault(r.detail, r.code) for r in refused if isinstance(r, Refusal))
