"""Outcomes: past-tense facts that domain decisions yield.

An action stores what a decision changed and hands its outcomes to the table of
reactions, which runs in the same transaction. They never leave the process.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.lead import Stage, Status
from domain.swift import swift
from domain.values import Grade, LeadId, PersonId, UserId


@dataclass(frozen=True, slots=True)
class PersonsJoined:
    """Two persons turned out to be one; ``person_id`` speaks for both now.

    ``rule`` is the dedup rule that found it, empty for an equal identity; ``link`` is
    the line of the merge ledger.
    """

    person_id: PersonId
    rule: str = ""
    link: int = 0


@swift
@dataclass(frozen=True, slots=True)
class PersonDescribed:
    """Facts that twins are looked for by got a new value; names only, never the values."""

    person_id: PersonId
    fields: tuple[str, ...]


@swift
@dataclass(frozen=True, slots=True)
class LeadTouched:
    """Somebody who has a lead already was in touch again."""

    lead_id: LeadId


@swift
@dataclass(frozen=True, slots=True)
class LeadCreated:
    """A person became a lead, in cycle ``cycle`` of a product line."""

    lead_id: LeadId
    person_id: PersonId
    channel: str
    cycle: int = 1


@swift
@dataclass(frozen=True, slots=True)
class LeadEnriched:
    """Attributes of the person got a new value; names only, never the values."""

    lead_id: LeadId
    fields: tuple[str, ...]


@swift
@dataclass(frozen=True, slots=True)
class LeadScored:
    """The composite score changed (both on 0–100)."""

    lead_id: LeadId
    before: float
    after: float


@swift
@dataclass(frozen=True, slots=True)
class GradeChanged:
    """The grade or the level moved to another cell of the matrix."""

    lead_id: LeadId
    before: Grade
    after: Grade
    level_before: int
    level_after: int


@dataclass(frozen=True, slots=True)
class LeadMatured:
    """The composite reached the pass mark: the lead is ready for a rep."""

    lead_id: LeadId
    composite: float


@dataclass(frozen=True, slots=True)
class LeadCooled:
    """The composite fell below the pass mark."""

    lead_id: LeadId
    composite: float


@swift
@dataclass(frozen=True, slots=True)
class StageChanged:
    """The lead went to another stage by ``transition``; ``actor`` is a userid or ``system``."""

    lead_id: LeadId
    before: Stage
    after: Stage
    transition: str
    actor: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """The follow-up status moved by ``transition``; ``actor`` is a userid or ``system``."""

    lead_id: LeadId
    before: Status | None
    after: Status | None
    transition: str
    actor: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CycleOpened:
    """A served customer may buy again: a new lead of cycle ``cycle`` is due."""

    lead_id: LeadId
    cycle: int


@dataclass(frozen=True, slots=True)
class LeadAssigned:
    """The lead got an owner; ``why`` is the code of the choice."""

    lead_id: LeadId
    owner: UserId
    assignment: int
    why: str


@dataclass(frozen=True, slots=True)
class CardAccepted:
    """The owner took the lead; protection runs until ``protected_until``."""

    lead_id: LeadId
    owner: UserId
    assignment: int
    protected_until: datetime


@dataclass(frozen=True, slots=True)
class CardReturned:
    """The owner gave the lead back with a reason code."""

    lead_id: LeadId
    owner: UserId
    assignment: int
    reason: str


@dataclass(frozen=True, slots=True)
class CardExpired:
    """The owner did not answer the card in time."""

    lead_id: LeadId
    owner: UserId
    assignment: int


@dataclass(frozen=True, slots=True)
class LeadReleased:
    """The lead went back to its pool, without an owner."""

    lead_id: LeadId
    former_owner: UserId
    reason: str


@dataclass(frozen=True, slots=True)
class LeadLetThrough:
    """Nothing speaks against the lead any more, or somebody restored it: it goes on."""

    lead_id: LeadId


@dataclass(frozen=True, slots=True)
class OptedOut:
    """The person asked for silence."""

    person_id: PersonId
    at: datetime


@swift
@dataclass(frozen=True, slots=True)
class TagsChanged:
    """The person got or lost tags, or they have other values; names only."""

    person_id: PersonId
    names: tuple[str, ...]


Outcome = (
    PersonsJoined
    | PersonDescribed
    | LeadTouched
    | LeadCreated
    | LeadEnriched
    | LeadScored
    | GradeChanged
    | LeadMatured
    | LeadCooled
    | StageChanged
    | StatusChanged
    | CycleOpened
    | LeadAssigned
    | CardAccepted
    | CardReturned
    | CardExpired
    | LeadReleased
    | LeadLetThrough
    | OptedOut
    | TagsChanged
)
