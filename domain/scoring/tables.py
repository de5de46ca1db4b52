"""One version of the rule tables: a table for every phase in the life of a lead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum
from types import MappingProxyType

from domain.journey.journeys import NO_JOURNEYS, Journeys
from domain.lead import Lead, LeadKind, Stage
from domain.scoring.matching import matcher_of
from domain.scoring.scorecard import Scorecard


class Phase(StrEnum):
    """Which model when (product section 7): screening, nurturing, following, serving."""

    SCREENING = "screening"
    NURTURING = "nurturing"
    FOLLOWING = "following"
    SERVING = "serving"


_PHASES: Mapping[Stage, Phase] = {
    Stage.GENERATED: Phase.SCREENING,
    Stage.SCREENING: Phase.SCREENING,
    Stage.FOLLOWING: Phase.FOLLOWING,
    Stage.OPPORTUNITY: Phase.FOLLOWING,
    Stage.FIRST_SALE: Phase.SERVING,
    Stage.SERVICE: Phase.SERVING,
}


def phase_of(lead: Lead) -> Phase:
    """Return the phase of a lead; a service lead is served from its first day on."""
    if lead.kind is LeadKind.SERVICE:
        return Phase.SERVING
    return _PHASES.get(lead.stage, Phase.NURTURING)


@dataclass(frozen=True, slots=True)
class RuleFrame:
    """What rules mean beyond their own text, kept with each version so that it never changes.

    ``points`` is the quality of each channel (0–10) by code, ``interactions`` the kinds
    of events that count as presence.
    """

    points: Mapping[str, float]
    interactions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Guard:
    """What a publication may do without being confirmed.

    ``most_activated`` is the largest share (0–1) of all open leads that may become
    mature by the publication alone.
    """

    most_activated: float = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class RuleTables:
    """All rules of the score in one version.

    ``whole`` holds every rule as written, ``cards`` the table of each phase, all of
    one version. ``points`` is the quality of each channel, 0–10, by code.
    """

    whole: Scorecard
    cards: Mapping[Phase, Scorecard]
    points: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    guard: Guard = Guard()
    #: From this hour of the business day on the truth check is due.
    check_at: time = time(4, 10)
    journeys: Journeys = NO_JOURNEYS
    #: Kinds of events that any table looks at; all others leave every score alone.
    kinds: frozenset[str] = field(init=False, repr=False)
    #: Properties of events, and facts of persons and leads, that any table or journey reads.
    properties: frozenset[str] = field(init=False, repr=False)
    facts: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Join what all phases and journeys look at."""
        cards, journeys = self.cards.values(), self.journeys
        kinds = journeys.kinds.union(*(card.kinds for card in cards))
        read = journeys.properties.union(*(matcher_of(card).properties for card in cards))
        facts = journeys.attributes.union(*(card.facts for card in cards))
        object.__setattr__(self, "kinds", kinds)
        object.__setattr__(self, "properties", read)
        object.__setattr__(self, "facts", facts)

    @property
    def version(self) -> int:
        """Number of the version."""
        return self.whole.version

    def card_for(self, phase: Phase) -> Scorecard:
        """Return the table of a phase."""
        return self.cards[phase]
