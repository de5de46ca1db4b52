"""Leads that turn out to be one, when two persons do: which of them goes on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from domain.channels.attribution import first_of, last_of
from domain.lead import Lead, LeadKind


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A lead ``kept`` and one that came in again."""

    kept: Lead
    other: Lead

    @property
    def is_disputed(self) -> bool:
        """Both have an owner 撞单: a manager decides, nobody loses a lead by a merge."""
        return self.other.owner is not None


def duplicates(leads: Iterable[Lead]) -> tuple[Duplicate, ...]:
    """Return what came in twice among the leads of persons found to be one.

    Compared are open leads of one product line and kind. The one with an owner is
    kept, else the oldest; leads of the same person as they came in are cycles and
    stay side by side. The order of ``leads`` does not matter.
    """
    groups: defaultdict[tuple[str, LeadKind], list[Lead]] = defaultdict(list)
    for lead in leads:
        if lead.is_open:
            groups[lead.product_line, lead.kind].append(lead)
    found: list[Duplicate] = []
    for same in groups.values():
        kept, *others = sorted(same, key=lambda x: (x.owner is None, x.created_at, x.id))
        found += [Duplicate(kept, x) for x in others if x.person_id != kept.person_id]
    return tuple(found)


def with_touches(kept: Lead, other: Lead) -> Lead:
    """Return the kept lead with the first and last touch of both, as old as the older one."""
    return replace(
        kept,
        first_touch=first_of(kept.first_touch, other.first_touch),
        last_touch=last_of(kept.last_touch, other.last_touch),
        created_at=min(kept.created_at, other.created_at),
    )
