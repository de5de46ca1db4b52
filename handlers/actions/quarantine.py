"""Keep an event that the registry refuses: sealed, with its person, until somebody registers it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.events.registry import MISSING_PROPERTY, UNKNOWN_KIND, WRONG_PROPERTY
from domain.values import PersonId, Refusal
from handlers.updates.plain import to_json

if TYPE_CHECKING:
    from handlers.actions.record import Occurrence
    from storage.unit_of_work import UnitOfWork

_TO_QUARANTINE = frozenset({UNKNOWN_KIND, MISSING_PROPERTY, WRONG_PROPERTY})
#: Longest kind that is shown as it is.
_MOST_KIND = 96


async def quarantine(
    work: UnitOfWork, source: str, person_id: PersonId, what: Occurrence, why: Refusal
) -> bool:
    """Hold an event that was refused by the registry; False for other refusals (a repeat)."""
    if why.code not in _TO_QUARANTINE:
        return False
    work.refused("event", why.code)
    held = to_json({"person_id": person_id, "what": what, "reason": why.code})
    await work.records.unknown(
        source[:64], what.kind[:_MOST_KIND], held, dedupe_key=what.dedupe_key, at=what.at
    )
    return True
