"""The portrait 画像: what is known of a lead, in modules of codes and values.

No sentence is written here. A card takes :func:`card_rows`, a page the modules;
both turn codes into words by ``config/texts.zh.toml`` and the catalog.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.chat.wished import WISHED_TIME
from domain.cleaning.phone import mask_phone
from domain.condition import Fact
from domain.events.event import Event, in_order
from domain.events.registry import EventRegistry
from domain.followup.next_step import Step
from domain.lead import Lead, Stage, Status
from domain.person import InformationLevel, Learner, Person
from domain.scoring.explain import Reason, reasons
from domain.scoring.score import Part as ScorePart
from domain.scoring.score import Scored
from domain.values import Grade, IdentityKind

#: Rows of a template card (fact sheet 3.2).
CARD_ROWS = 6
#: How many reasons and last interactions a portrait keeps.
_KEPT = 5
_ON_CARD = 2
INTENT_PREFIX = "intent_"
INTENT, INFORMATION_LEVEL = "intent", "information_level"
#: Facts that events tell, which pools and next steps may ask for beside those of the lead.
BEHAVIOUR_FACTS = frozenset({INTENT, INFORMATION_LEVEL})
#: The country code that nobody in China writes.
_HOME = "+86"
#: The wished time comes first: a card cuts off what is too long.
_PREFERENCES = (WISHED_TIME, "subject", "child_grade", "age", "product", "budget", "city")


class PartKind(StrEnum):
    """How a part of a row is turned into words."""

    #: As it is.
    TEXT = "text"
    #: A number of points; with a sign.
    POINTS = "points"
    NUMBER = "number"
    MOMENT = "moment"
    #: A number, or a range of numbers, with its unit: yuan, years.
    BUDGET = "budget"
    AGE = "age"
    #: A wished time, as :func:`domain.chat.wished.read_wished` reads it.
    WISHED = "wished"
    #: A code; its word is ``stage.<value>``, ``status.<value>``, ``reason_part.<value>``.
    STAGE = "stage"
    STATUS = "status"
    REASON = "reason"
    #: A code; its word is a label of the catalog.
    EVENT = "event"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a row."""

    kind: PartKind
    value: str | float | datetime


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the card; ``code`` names its key text ``portrait.key.<code>``."""

    code: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """The score: matrix cell, numbers, the advice code of the cell, and why."""

    cell: str
    grade: Grade
    level: int
    composite: float
    standard: float
    advice: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Intention:
    """Where the lead stands and what the person last wanted (a code without prefix)."""

    stage: Stage
    status: Status | None
    has_owner: bool
    intent: str = ""
    intent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Portrait:
    """The modules. ``phone`` is as people dial it, masked unless the viewer may see it in full."""

    name: str
    company: str
    phone: str
    wechat: str
    channel: str
    level: InformationLevel
    standing: Standing
    intention: Intention
    interactions: tuple[Event, ...]
    preferences: Mapping[str, str]
    learners: tuple[Learner, ...]
    next_step: Step


@dataclass(frozen=True, slots=True)
class Sitter:
    """Of whom a portrait is made: the person as a whole, the lead, all events of the person."""

    person: Person
    lead: Lead
    events: tuple[Event, ...]


def portray(
    sitter: Sitter,
    scored: Scored,
    next_step: Step,
    registry: EventRegistry,
    *,
    may_see_phone: bool,
) -> Portrait:
    """Put together what a rep should know before the next word."""
    person, lead = sitter.person, sitter.lead
    events = in_order(sitter.events)
    interactions = [e for e in events if e.kind in registry.interactions()]
    known = {name: attribute.value for name, attribute in person.attributes.items()}
    phone = _key(person, IdentityKind.PHONE)
    return Portrait(
        name=person.name or known.get("name", ""),
        company=known.get("company", ""),
        phone=phone.removeprefix(_HOME) if may_see_phone else mask_phone(phone),
        wechat=_key(person, IdentityKind.WECHAT) if may_see_phone else "",
        channel=lead.first_touch.channel if lead.first_touch else "",
        level=information_level(person, interactions),
        standing=_standing(scored),
        intention=_intention(lead, events),
        interactions=tuple(interactions[: -_KEPT - 1 : -1]),
        preferences={name: known[name] for name in _PREFERENCES if known.get(name)},
        learners=person.learners,
        next_step=next_step,
    )


def last_intent(events: Iterable[Event]) -> Event | None:
    """Return the event of the intent that was said last (event order), or None."""
    said = [event for event in in_order(events) if event.kind.startswith(INTENT_PREFIX)]
    return said[-1] if said else None


def information_level(person: Person, interactions: Iterable[Event]) -> InformationLevel:
    """Return how much is known: identity and channel, attributes, or behaviour as well."""
    if (
        not any(a.value for name, a in person.attributes.items() if name != "name")
        and not person.learners
    ):
        return InformationLevel.MARKED
    return InformationLevel.PORTRAYED if any(interactions) else InformationLevel.FEATURED


def behaviour_facts(
    person: Person, events: Iterable[Event], registry: EventRegistry
) -> dict[str, Fact]:
    """Return the last intent, if there was any, and the information level.

    They need all events of the person: who asks on every message asks only when a
    table does.
    """
    events, interactions = tuple(events), registry.interactions()
    did = (event for event in events if event.kind in interactions)
    facts: dict[str, Fact] = {INFORMATION_LEVEL: information_level(person, did).value}
    if (said := last_intent(events)) is not None:
        facts[INTENT] = said.kind.removeprefix(INTENT_PREFIX)
    return facts


def card_rows(portrait: Portrait) -> tuple[Row, ...]:
    """Return at most six rows, the most telling first; rows without anything are left out."""
    rows = (
        Row("contact", _texts(portrait.phone, portrait.wechat, portrait.company)),
        Row("score", _score_parts(portrait.standing)),
        Row("reasons", _reason_parts(portrait.standing.reasons)),
        Row("intention", _intention_parts(portrait.intention)),
        Row("last", _interaction_parts(portrait.interactions)),
        Row("preference", _preference_parts(portrait.preferences)),
        Row("channel", (Part(PartKind.CHANNEL, portrait.channel),) if portrait.channel else ()),
    )
    return tuple(row for row in rows if row.parts)[:CARD_ROWS]


def _key(person: Person, kind: IdentityKind) -> str:
    key = person.key_of(kind)
    return key.value if key else ""


def _standing(scored: Scored) -> Standing:
    state = scored.state
    telling = [r for r in reasons(scored.contributions) if r.part is not ScorePart.LIMIT]
    return Standing(
        cell=scored.cell,
        grade=state.grade,
        level=state.level,
        composite=state.composite,
        standard=state.standard,
        advice=scored.advice,
        reasons=tuple(telling[:_KEPT]),
    )


def _intention(lead: Lead, events: Iterable[Event]) -> Intention:
    said = last_intent(events)
    has_owner = lead.owner is not None
    if said is None:
        return Intention(lead.stage, lead.status, has_owner)
    intent = said.kind.removeprefix(INTENT_PREFIX)
    return Intention(lead.stage, lead.status, has_owner, intent, said.event_at)


def _texts(*values: str) -> tuple[Part, ...]:
    return tuple(Part(PartKind.TEXT, value) for value in values if value)


def _preference_parts(preferences: Mapping[str, str]) -> tuple[Part, ...]:
    kinds = {
        "budget": PartKind.BUDGET,
        "age": PartKind.AGE,
        WISHED_TIME: PartKind.WISHED,
    }
    return tuple(Part(kinds.get(name, PartKind.TEXT), value) for name, value in preferences.items())


def _score_parts(standing: Standing) -> tuple[Part, ...]:
    return (Part(PartKind.NUMBER, standing.composite), Part(PartKind.TEXT, standing.cell))


def _reason_parts(found: tuple[Reason, ...]) -> tuple[Part, ...]:
    parts: list[Part] = []
    for reason in found[:_ON_CARD]:
        parts += [_reason_part(reason), Part(PartKind.POINTS, reason.points)]
    return tuple(parts)


def _reason_part(reason: Reason) -> Part:
    if reason.part is ScorePart.CHANNEL and reason.detail:
        return Part(PartKind.CHANNEL, reason.detail)
    if reason.label:
        return Part(PartKind.TEXT, reason.label)
    return Part(PartKind.REASON, reason.part.value)


def _intention_parts(intention: Intention) -> tuple[Part, ...]:
    parts: list[Part] = []
    if intention.status:
        parts.append(Part(PartKind.STATUS, intention.status.value))
    elif not intention.has_owner:
        # Whoever is offered a lead is no longer helped by the pool it lay in.
        parts.append(Part(PartKind.STAGE, intention.stage.value))
    if intention.intent:
        parts.append(Part(PartKind.EVENT, f"{INTENT_PREFIX}{intention.intent}"))
    return tuple(parts)


def _interaction_parts(interactions: tuple[Event, ...]) -> tuple[Part, ...]:
    if not interactions:
        return ()
    last = interactions[0]
    return (Part(PartKind.EVENT, last.kind), Part(PartKind.MOMENT, last.event_at))
