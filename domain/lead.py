"""A lead: one chance to sell or to serve, of one person in one product line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.swift import swift
from domain.values import Grade, LeadId, PersonId, UserId, same_userid

#: Reasons of an invalid lead that stand against the person, whatever they write next
#: (:mod:`domain.screening.rules`; who writes is not unreachable any more).
FILTERED = frozenset(
    {
        "blacklisted",
        "red_listed",
        "sensitive_words",
        "sensitive_chat",
        "invalid_contact",
    }
)


class LeadKind(StrEnum):
    """Sales lead 销售线索 or service lead 服务线索."""

    SALES = "sales"
    SERVICE = "service"


class Stage(StrEnum):
    """Where the lead stands in its lifecycle (product section 9)."""

    GENERATED = "generated"
    SCREENING = "screening"
    NURTURE_POOL = "nurture_pool"
    DEPARTMENT_POOL = "department_pool"
    FOLLOWING = "following"
    #: 商机: confirmed, worked on as a deal.
    OPPORTUNITY = "opportunity"
    #: 首售: sold for the first time, not yet handed to service.
    FIRST_SALE = "first_sale"
    SERVICE = "service"
    DORMANT = "dormant"
    INVALID = "invalid"


class Status(StrEnum):
    """What the rep says while following (chat-conventions)."""

    TO_FOLLOW = "to_follow"
    CONTACTING = "contacting"
    UNCLEAR = "unclear"
    CLEAR = "clear"
    PAYMENT_BOOKED = "payment_booked"
    WON = "won"
    INVALID = "invalid"


@swift
@dataclass(frozen=True, slots=True)
class ScoreState:
    """The last computed score of a lead; every number can be recomputed from events.

    ``static`` and ``dynamic`` run from 0 to 100, ``standard`` from 0 to 10,
    ``level`` from 1 (hottest) to 4, ``composite`` from 0 to 100. ``is_mature``
    tells whether the composite reaches the pass mark of rule version
    ``rules_version``.
    """

    initial: float = 0.0
    static: float = 0.0
    dynamic: float = 0.0
    composite: float = 0.0
    standard: float = 0.0
    level: int = 4
    grade: Grade = Grade.D
    is_mature: bool = False
    rules_version: int = 0
    scored_at: datetime | None = None


@swift
@dataclass(frozen=True, slots=True)
class Touch:
    """A channel contact: code of the channel, its raw state or scene, event time."""

    channel: str
    state: str
    at: datetime


@swift
@dataclass(frozen=True, slots=True)
class Lead:
    """One chance. (person, product line, kind, cycle) is unique.

    ``owner`` is written by the action ``change_owner`` alone, ``stage`` and
    ``status`` by the transition table alone. ``offered_at`` is when the present
    owner got the card, ``accepted_at`` when they took it. ``assignment`` counts
    changes of owner and names the card of the present one.
    """

    id: LeadId
    person_id: PersonId
    product_line: str
    created_at: datetime
    kind: LeadKind = LeadKind.SALES
    cycle: int = 1
    stage: Stage = Stage.GENERATED
    status: Status | None = None
    pool: str = ""
    owner: UserId | None = None
    assignment: int = 0
    offered_at: datetime | None = None
    accepted_at: datetime | None = None
    protected_until: datetime | None = None
    first_touch: Touch | None = None
    last_touch: Touch | None = None
    score: ScoreState = ScoreState()
    invalid_reason: str = ""
    basis_mark: str = ""
    version: int = 0

    @property
    def is_open(self) -> bool:
        """A lead that may still be worked on."""
        return self.stage is not Stage.INVALID

    @property
    def is_isolated(self) -> bool:
        """The filter rejected it; it takes in what the person does until it is restored."""
        return self.stage is Stage.INVALID and self.invalid_reason in FILTERED

    def is_of(self, userid: str | None) -> bool:
        """Tell whether the employee owns the lead."""
        return bool(self.owner and userid and same_userid(self.owner, userid))
