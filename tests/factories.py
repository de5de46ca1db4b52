"""Persons, leads and events for tests: sensible defaults, any field can be given."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from domain.events.event import Event
from domain.lead import Lead
from domain.person import Attribute, Identity, Person, Source
from domain.values import ContactKey, IdentityKind, LeadId, PersonId

#: Monday 2 March 2026, 10:00 in Shanghai: a working morning with no feast nearby.
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
EXTERNAL_USERID = "wmclewtest0000000000000000000001"

_PERSON = Person(
    id=PersonId(1),
    root_id=PersonId(1),
    created_at=NOW,
    name="张三",
    identities=(
        Identity(
            key=ContactKey(IdentityKind.EXTERNAL_USERID, EXTERNAL_USERID),
            is_verified=True,
            source=Source.PLATFORM,
            since=NOW,
        ),
    ),
)
_LEAD = Lead(id=LeadId(1), person_id=PersonId(1), product_line="math", created_at=NOW)
_event_numbers = count(1)


def person(**changes: Any) -> Person:
    """Return a person known by a WeCom id; a changed ``id`` is its own root."""
    if "id" in changes:
        changes.setdefault("root_id", changes["id"])
    return replace(_PERSON, **changes)


def lead(**changes: Any) -> Lead:
    """Return a fresh sales lead of person 1."""
    return replace(_LEAD, **changes)


def event(kind: str = "message_received", **changes: Any) -> Event:
    """Return an event of person 1, received a second after it happened."""
    at = changes.pop("event_at", NOW)
    fields: dict[str, Any] = {
        "person_id": PersonId(1),
        "received_at": at + timedelta(seconds=1),
        "dedupe_key": f"test:{next(_event_numbers)}",
    }
    return Event(kind=kind, event_at=at, **(fields | changes))


def attribute(value: str, **changes: Any) -> Attribute:
    """Return an attribute that a person entered now."""
    return replace(Attribute(value=value, source=Source.HUMAN, set_at=NOW), **changes)
