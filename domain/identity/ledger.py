"""What a merge changed, and how it is put back.

The rule of an unmerge: what still is as the merge left it becomes what it was
before; what somebody changed since stays as they left it. Without later changes
both sides are exactly what they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import reduce

from domain.channels.attribution import first_of, last_of
from domain.lead import Lead, Stage, Status, Touch
from domain.person import Person
from domain.values import PersonId

#: Fields of a lead that a merge may change, as plain values.
Image = Mapping[str, str | None]
_PLACE = ("stage", "status", "pool", "invalid_reason")


def image_of(lead: Lead) -> dict[str, str | None]:
    """Return what a merge may change about a lead; no owner, who has a ledger of their own."""
    return {
        "stage": lead.stage.value,
        "status": lead.status.value if lead.status else None,
        "pool": lead.pool,
        "invalid_reason": lead.invalid_reason,
        "created_at": lead.created_at.isoformat(),
        "first_touch": _written(lead.first_touch),
        "last_touch": _written(lead.last_touch),
    }


def reopened(lead: Lead, before: Image, after: Image) -> Lead:
    """Return a lead that a merge closed as it was before, unless it was moved since.

    Stage, status, pool and reason stand and fall together.
    """
    now = image_of(lead)
    if any(now[name] != after[name] for name in _PLACE):
        return lead
    return replace(
        lead,
        stage=Stage(before["stage"] or lead.stage),
        status=Status(before["status"]) if before["status"] else None,
        pool=before["pool"] or "",
        invalid_reason=before["invalid_reason"] or "",
    )


def put_back_kept(
    kept: Lead, gone: Sequence[Image], staying: Sequence[Image], befores: Sequence[Image]
) -> Lead:
    """Return the lead that went on, without what ``gone`` leads brought into it.

    ``staying`` are those still joined to it, ``befores`` its images from before each
    merge, the oldest first. A touch or beginning that came from nobody gone stays.
    """

    def left_of(name: str) -> list[str]:
        """Return what is left of a field: its own first value, and what nobody gone made."""
        away = {image[name] for image in gone}
        own = [image[name] for image in befores]
        values = [*own[:1], *(x for x in own[1:] if x not in away), *(x[name] for x in staying)]
        return [value for value in values if value is not None]

    now = image_of(kept)
    brought = {name for name in now if now[name] in {image[name] for image in gone}}
    first, last, created_at = kept.first_touch, kept.last_touch, kept.created_at
    if "first_touch" in brought:
        first = reduce(first_of, map(_read, left_of("first_touch")), None)
    if "last_touch" in brought:
        last = reduce(last_of, map(_read, left_of("last_touch")), None)
    if "created_at" in brought and (moments := left_of("created_at")):
        created_at = min(map(datetime.fromisoformat, moments))
    return replace(kept, first_touch=first, last_touch=last, created_at=created_at)


def _written(touch: Touch | None) -> str | None:
    return None if touch is None else f"{touch.at.isoformat()}\n{touch.channel}\n{touch.state}"


def _read(text: str | None) -> Touch | None:
    if text is None:
        return None
    at, channel, state = text.split("\n", 2)
    return Touch(channel, state, datetime.fromisoformat(at))


def regrouped(
    people: Iterable[Person], links: Iterable[tuple[PersonId, PersonId]]
) -> dict[PersonId, PersonId]:
    """Return the root of each person under the links that hold: the oldest of their group.

    Neither the order of the links nor which of two they name first matters.
    """
    by_age = sorted(people, key=lambda person: (person.created_at, person.id))
    root = {person.id: person.id for person in by_age}
    rank = {person.id: number for number, person in enumerate(by_age)}

    def find(one: PersonId) -> PersonId:
        while root[one] != one:
            one = root[one]
        return one

    for left, right in links:
        if left in root and right in root:
            older, younger = sorted((find(left), find(right)), key=lambda one: rank[one])
            root[younger] = older
    return {person.id: find(person.id) for person in by_age}
