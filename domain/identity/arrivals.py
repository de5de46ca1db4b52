"""Did somebody come in again, and whose customer are they already."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta

from domain.events.event import Event
from domain.lead import Lead, Stage, Status
from domain.person import Person, RelationState
from domain.values import UserId

#: Stages in which a lead is a customer.
_CUSTOMER = frozenset({Stage.OPPORTUNITY, Stage.FIRST_SALE, Stage.SERVICE})


def arrivals_again(
    arrivals: Iterable[Event], fresh: Collection[str], again_after: timedelta
) -> tuple[Event, ...]:
    """Return those ``fresh`` arrivals (by key) that came long enough after the first one."""
    ordered = sorted(arrivals, key=lambda event: (event.event_at, event.dedupe_key))
    return tuple(
        event
        for event in ordered[1:]
        if event.dedupe_key in fresh and event.event_at - ordered[0].event_at >= again_after
    )


def owner_of_customer(person: Person, leads: Iterable[Lead], lead: Lead) -> UserId | None:
    """Return the employee whose customer the person is already, or None.

    First whoever owns a sold or served lead of theirs, the latest one; else the rep who
    has been their WeCom friend longest.
    """
    bought = [
        one
        for one in leads
        if one.owner and one.id != lead.id and (one.stage in _CUSTOMER or one.status is Status.WON)
    ]
    if bought:
        return max(bought, key=lambda one: (one.created_at, one.id)).owner
    friends = [r for r in person.relations if r.state is RelationState.FRIEND]
    return min(friends, key=lambda r: (r.since, r.userid)).userid if friends else None
