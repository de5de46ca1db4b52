"""What the expressions of tags and segments read of a person besides events and tags."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from domain.columns.values import Item
from domain.facts import facts_of, facts_of_lead
from domain.lead import Lead
from domain.person import Person
from domain.tags.facts import typed


def standing_of(
    person: Person, leads: Sequence[Lead], names: Collection[str] | None = None
) -> dict[str, Item]:
    """Return the facts of a person and of their newest open lead, else of the newest one.

    ``leads`` are all of theirs, oldest first; ``names`` says which facts, None is all.
    """
    newest = next((lead for lead in reversed(leads) if lead.is_open), None) or (
        leads[-1] if leads else None
    )
    return typed(facts_of(person) if newest is None else facts_of_lead(person, newest), names)
