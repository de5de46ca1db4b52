"""Write down that something happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from domain.events.event import NO_PROPERTIES, Event, PropertyValue
from domain.swift import swift
from domain.values import PersonId, Refusal
from handlers.updates.base import Unknown, Update

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

#: Refusal code of a repeat: the event stands already.
ALREADY = "already_recorded"


@swift
@dataclass(frozen=True, slots=True)
class Occurrence:
    """What happened: a registered kind, event time, the key that makes repeats fall together."""

    kind: str
    at: datetime
    dedupe_key: str
    sequence: int = 0
    properties: Mapping[str, PropertyValue] = field(default_factory=lambda: NO_PROPERTIES)
    text: str = ""


def occurrence(
    update: Update,
    kind: str,
    properties: Mapping[str, PropertyValue] = NO_PROPERTIES,
    text: str = "",
) -> Occurrence:
    """Return what an update makes happen; one update may bring several kinds."""
    return Occurrence(
        kind=kind,
        at=update.at,
        dedupe_key=f"{update.dedupe_key}:{kind}",
        sequence=update.sequence,
        properties=properties,
        text=text,
    )


def record(
    work: UnitOfWork, ctx: Context, person_id: PersonId, what: Occurrence
) -> Event | Refusal:
    """Append an event to the person as they came in; if it counts, let their leads be scored.

    Returns the event, or why it was not appended: the registry refuses it, or
    it stands already.
    """
    checked = ctx.events.check(what.kind, what.properties)
    if isinstance(checked, Refusal):
        return checked
    event = Event(
        person_id=person_id,
        kind=what.kind,
        event_at=what.at,
        received_at=work.now,
        dedupe_key=what.dedupe_key,
        source_sequence=what.sequence,
        properties=what.properties,
        text=what.text,
    )
    if not work.events.add(event):
        return Refusal(ALREADY, what.kind)
    if what.kind in ctx.rules.kinds:
        work.rescore(person_id)
    return event


async def keep_unknown(work: UnitOfWork, update: Update, raw: bytes = b"") -> None:
    """Keep an update that nothing is done for: sealed, as it came, and shown to the operator."""
    await work.records.unknown(
        update.source,
        update.kind if isinstance(update, Unknown) else type(update).__name__,
        raw or repr(update).encode(),
        dedupe_key=update.dedupe_key,
        at=update.at,
    )
