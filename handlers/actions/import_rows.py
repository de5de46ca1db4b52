"""Take in a row of a file that tells more than somebody new, or is about somebody known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.channels.attribution import Origin
from domain.events.event import Event
from domain.identity.keys import Claim
from domain.intake.mapping import Fault, FileMapping, Record
from domain.person import Attribute, Person, Source
from domain.values import IdentityKind
from handlers.actions.import_prepare import event_key, key_head
from handlers.actions.intake import Chance, begin, call, learn, open_lead, opt_out, recognise
from handlers.actions.objecting import note_made_up
from handlers.actions.quarantine import record_or_hold
from handlers.actions.record import Occurrence, record

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

_MARK = "import-row"
_MARK_LENGTH = 32
_MOST_SOURCE = 32


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a chunk: how many rows took effect, and the faults by row position."""

    leads: int
    faults: Mapping[int, tuple[Fault, ...]]


async def take_in(
    work: UnitOfWork, ctx: Context, row: Record, given: tuple[FileMapping, Mapping[str, str]]
) -> None:
    """Take in one row whose keys are loaded; ``given`` are the mapping and the cells by column.

    A row that came before falls on what it made then. An event of a kind that nobody
    registered waits in quarantine.
    """
    mapping, cells = given
    if row.keys:
        claims = [claim_of(row, key.kind, n) for n, key in enumerate(row.keys)]
        person = await recognise(work, claims)
        reference = event_key(row, person.id, mapping)
    else:
        reference = _unkeyed(work, mapping, cells)
        if await _came(work, mapping, cells):
            return
        person = begin(work, row.at)
    call(work, person, row.name, Source.IMPORT, row.at)
    facts = {n: Attribute(value, Source.IMPORT, row.at) for n, value in row.attributes.items()}
    learn(work, person, facts)
    if row.has_opted_out:
        opt_out(work, person, row.at)
    came = record(work, ctx, person.id, Occurrence("lead_imported", row.at, reference))
    if isinstance(came, Event):
        touch = ctx.catalog.touch(Origin.IMPORT, row.channel, row.at)
        open_lead(work, ctx, person, touch, Chance(kind=mapping.kind))
    for made_up in row.made_up:
        await note_made_up(work, ctx, person, made_up)
    await _record_events(work, ctx, person, (row, reference, mapping))
    work.rescore(person.id)


async def _record_events(
    work: UnitOfWork, ctx: Context, person: Person, what: tuple[Record, str, FileMapping]
) -> None:
    row, reference, mapping = what
    for event in row.events:
        kind = ctx.events.named(event.kind)
        name = kind.name if kind else event.kind
        occurrence = Occurrence(name, row.at, f"{reference}:{name}", properties=event.properties)
        source = f"import:{mapping.source[:_MOST_SOURCE]}"
        await record_or_hold(work, ctx, source, person.id, occurrence)


def _unkeyed(work: UnitOfWork, mapping: FileMapping, cells: Mapping[str, str]) -> str:
    """Return the key of a row by which nobody is known: a blind mark of all that it says."""
    return _unkeyed_by(work.vault.blind(_MARK, _said(mapping, cells)), mapping)


async def _came(work: UnitOfWork, mapping: FileMapping, cells: Mapping[str, str]) -> bool:
    said = _said(mapping, cells)
    keys = [_unkeyed_by(mark, mapping) for mark in work.vault.blinds(_MARK, said).values()]
    return any([await work.events.person_of(key) is not None for key in keys])


def _said(mapping: FileMapping, cells: Mapping[str, str]) -> str:
    return "\0".join(f"{c}={(cells.get(c) or '').strip()}" for c in sorted(mapping.columns()))


def _unkeyed_by(mark: bytes, mapping: FileMapping) -> str:
    return f"{key_head(mapping)}~{mark.hex()[:_MARK_LENGTH]}"


def claim_of(row: Record, kind: IdentityKind, position: int) -> Claim:
    """Return a claim: the id in the file's system names one person, the rest anyone can type."""
    return Claim(
        row.keys[position], is_verified=kind is IdentityKind.UID, source=Source.IMPORT, at=row.at
    )


def facts_of(row: Record) -> dict[str, Attribute]:
    """Return what a row says of a person."""
    facts = {"name": Attribute(row.name, Source.IMPORT, row.at)} if row.name else {}
    for name, value in row.attributes.items():
        facts[name] = Attribute(value, Source.IMPORT, row.at)
    return facts
