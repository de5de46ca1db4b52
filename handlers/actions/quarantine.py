"""Keep an event that the registry refuses: sealed, with its person, until somebody registers it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.events.event import Event
from domain.events.registry import MISSING_PROPERTY, UNKNOWN_KIND, WRONG_PROPERTY
from domain.values import PersonId, Refusal
from handlers.actions.record import record
from storage.repositories.kinds import HeldEvent

if TYPE_CHECKING:
    from handlers.actions.record import Occurrence
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

_TO_QUARANTINE = frozenset({UNKNOWN_KIND, MISSING_PROPERTY, WRONG_PROPERTY})
_MOST_SOURCE = 64


async def record_or_hold(
    work: UnitOfWork, ctx: Context, source: str, person_id: PersonId, what: Occurrence
) -> Event | Refusal:
    """Append an event to a loaded person; what the registry refuses waits in quarantine.

    Returns the event, or why there is none now. Kinds that were registered a moment
    ago by another process are known.
    """
    found = record(work, ctx, person_id, what)
    if isinstance(found, Event) or found.code not in _TO_QUARANTINE:
        return found
    if await ctx.kinds.refresh(work.tx):
        found = record(work, ctx, person_id, what)
        if isinstance(found, Event) or found.code not in _TO_QUARANTINE:
            return found
    work.refused("event", found.code)
    held = HeldEvent(
        person_id=person_id,
        source=source[:_MOST_SOURCE],
        reason=found.code,
        kind=what.kind,
        event_at=what.at,
        dedupe_key=what.dedupe_key,
        source_sequence=what.sequence,
        properties=dict(what.properties),
        text=what.text,
    )
    await work.kinds.hold(held, work.now)
    return found
