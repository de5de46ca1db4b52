"""The part of a bulk import that needs no database: reading, normalising, blinding, sealing.

It runs in a thread beside the statements of the chunk before. Every row is made ready as
if it were about somebody new; whoever turns out to be known costs a few seals for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from domain.channels.attribution import Origin
from domain.identity.keys import Claim
from domain.intake.mapping import Fault, FileMapping, Record, read_row
from domain.lead import Lead, Stage, Touch
from domain.person import Attribute, Identity, Person, Source
from domain.values import ContactKey, LeadId, PersonId
from handlers.actions.import_rows import claim_of, reference_of, unknown_channel
from storage.bulk import NewEvent, NewPerson, new_person
from storage.moments import to_micros

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.ids import IdSource
    from storage.vault import Vault


@dataclass(frozen=True, slots=True)
class Tools:
    """What rows are made with; safe in any thread."""

    ctx: Context
    vault: Vault
    ids: IdSource
    mapping: FileMapping


@dataclass(frozen=True, slots=True)
class ReadyRow:
    """A row that was read; ``new`` are the rows of a new person, None where it has events."""

    position: int
    record: Record
    new: NewPerson | None


@dataclass(slots=True)
class Prepared:
    """A chunk ready for the database. ``lookups`` are all blind indexes to look under."""

    now: datetime
    rows: list[ReadyRow] = field(default_factory=list)
    faults: dict[int, tuple[Fault, ...]] = field(default_factory=dict)
    lookups: dict[bytes, ContactKey] = field(default_factory=dict)


def prepare(rows: Sequence[Mapping[str, str]], tools: Tools, now: datetime) -> Prepared:
    """Read the rows of a chunk and make ready what will be written of them."""
    prepared = Prepared(now)
    touches = _Touches(tools.ctx)
    has_one_key = len(tools.vault.keys.keys) == 1
    for position, row in enumerate(rows):
        record = read_row(row, tools.mapping, now, tools.ctx.zone)
        if not isinstance(record, Record):
            prepared.faults[position] = record
            continue
        if faults := unknown_channel(tools.ctx, record, tools.mapping):
            prepared.faults[position] = faults
            continue
        own = [tools.vault.blind(key.kind, key.value) for key in record.keys]
        prepared.lookups.update(zip(own, record.keys, strict=True))
        if not has_one_key:
            for key in record.keys:
                blinds = tools.vault.blinds(key.kind, key.value).values()
                prepared.lookups.update((blind, key) for blind in blinds)
        is_simple = not record.events and not record.has_opted_out
        new = _new(record, own, touches, tools, now) if is_simple else None
        prepared.rows.append(ReadyRow(position, record, new))
    return prepared


class _Touches:
    """Touch and product line by channel and moment: most rows of a file share them."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._known: dict[tuple[str, datetime], tuple[Touch, str]] = {}

    def of(self, row: Record) -> tuple[Touch, str]:
        key = (row.channel, row.at)
        if key not in self._known:
            touch = self._ctx.catalog.touch(Origin.IMPORT, row.channel, row.at)
            self._known[key] = touch, self._ctx.catalog.product_line(touch.channel)
        return self._known[key]


def _new(
    row: Record, own: Sequence[bytes], touches: _Touches, tools: Tools, now: datetime
) -> NewPerson:
    claims = [claim_of(row, key.kind, n) for n, key in enumerate(row.keys)]
    person_id = PersonId(tools.ids.next())
    person = Person(
        id=person_id,
        root_id=person_id,
        created_at=row.at,
        name=row.name,
        attributes=facts_of(row),
        identities=tuple(map(_identity, claims)),
    )
    touch, line = touches.of(row)
    lead = Lead(
        id=LeadId(tools.ids.next()),
        person_id=person_id,
        product_line=line,
        created_at=row.at,
        stage=Stage.GENERATED,
        first_touch=touch,
        last_touch=touch,
    )
    events = (
        NewEvent("lead_imported", event_key(row, person_id, tools.mapping)),
        NewEvent("lead_created", f"lead:{person_id}:{line}:1"),
    )
    moments = (to_micros(row.at), to_micros(now))
    return new_person(person, own, lead, (events, moments), (tools.vault, tools.ids))


def event_key(row: Record, person_id: PersonId, mapping: FileMapping) -> str:
    """Return the key of the event that a row makes, once."""
    return f"import:{mapping.source}:{reference_of(row, person_id)}"


def facts_of(row: Record) -> dict[str, Attribute]:
    """Return what a row says of a person."""
    facts = {"name": Attribute(row.name, Source.IMPORT, row.at)} if row.name else {}
    for name, value in row.attributes.items():
        facts[name] = Attribute(value, Source.IMPORT, row.at)
    return facts


def _identity(claim: Claim) -> Identity:
    return Identity(claim.key, claim.is_verified, claim.source, claim.at)
