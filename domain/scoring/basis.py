"""What a score rests on besides events, and the subject that it makes together with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.condition import Fact
from domain.events.event import Event
from domain.facts import facts_of
from domain.lead import Lead, Touch
from domain.person import Person
from domain.scoring.history import Subject
from domain.scoring.initial import ChannelStart, start_of
from domain.scoring.tables import Phase, RuleTables, phase_of
from domain.swift import swift

#: Facts about where a lead stands, which rules may ask about beside those of the person.
STANDING_FACTS = frozenset({"product_line", "kind", "cycle", "stage", "status", "phase"})
_PHASE = "phase"


@swift
@dataclass(frozen=True, slots=True)
class Basis:
    """Facts of person and lead, the first touch, and when the lead began (event time).

    Kept whenever it changes, so that a past score can be worked out again.
    """

    facts: Mapping[str, Fact]
    since: datetime
    touch: Touch | None = None

    @property
    def phase(self) -> Phase:
        """Return which table rates the lead."""
        return Phase(str(self.facts[_PHASE]))


def basis_of(person: Person, lead: Lead) -> Basis:
    """Return what the lead's score rests on now."""
    touch = lead.first_touch
    facts = facts_of(person) | {
        "product_line": lead.product_line,
        "kind": lead.kind.value,
        "cycle": float(lead.cycle),
        "stage": lead.stage.value,
        "status": lead.status.value if lead.status else "",
        _PHASE: phase_of(lead).value,
    }
    since = min(lead.created_at, touch.at) if touch else lead.created_at
    return Basis(facts, since, touch)


def subject_of(basis: Basis, events: Sequence[Event], tables: RuleTables) -> Subject:
    """Gather what is scored; the channel of the first touch starts the score."""
    start = start_of(basis.touch, tables.points)
    if not tables.card_for(basis.phase).has_start:
        start = ChannelStart("", 0.0, basis.touch.at if basis.touch else basis.since)
    return Subject(basis.facts, events, basis.since, start)
