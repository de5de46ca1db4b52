"""A small rule table that uses every kind of rule, for the tests of this folder."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from domain.condition import Comparison, Condition
from domain.lead import Touch
from domain.scoring.basis import Basis
from domain.scoring.grade import Grading, all_cells
from domain.scoring.history import Subject
from domain.scoring.rating import Case
from domain.scoring.rules import (
    AbsenceRule,
    AbsenceStep,
    Caps,
    Decay,
    DecayKind,
    EventRule,
    Repeat,
    RuleGroup,
    StaticCase,
    StaticRule,
)
from domain.scoring.scorecard import InitialRule, Scorecard
from domain.scoring.sheet import Sheet
from domain.scoring.tables import Phase, RuleTables

GRADING = Grading((75, 50, 25), (75, 50, 25), 0.5, 0.5, 50, dict.fromkeys(all_cells(), "keep"))
HALF_LIFE = Decay(DecayKind.HALF_LIFE, days=10)
LINEAR = Decay(DecayKind.LINEAR, days=10)
STEP = Decay(DecayKind.STEP, days=7, floor=0.5)

CITY = StaticRule(
    "city",
    "城市",
    (
        StaticCase(Condition("city", Comparison.IN, ("北京", "上海")), 60),
        StaticCase(Condition("city", Comparison.KNOWN), 30),
        StaticCase(Condition("city", Comparison.MISSING), -10),
    ),
)
PHONE = StaticRule(
    "phone", "电话", (StaticCase(Condition("has_phone", Comparison.EQUAL, (True,)), 50),)
)

VIEW = EventRule("view", "浏览", "view_page", 4, caps=Caps(per_day=10, total=15), group="web")
PRICE = EventRule("price", "问价", "intent_price", 20, decay=HALF_LIFE)
TRIAL = EventRule("trial", "试听", "start_trial", 30, repeat=Repeat.ONCE, decay=LINEAR)
ORDER = EventRule(
    "order",
    "大单",
    "pay_order",
    40,
    where=(Condition("amount", Comparison.AT_LEAST, (100.0,)),),
    decay=STEP,
)
VISIT = EventRule("visit", "访问", "website_visited", 12, group="web")
REFUSE = EventRule("refuse", "拒绝", "intent_refuse", -30, decay=HALF_LIFE, caps=Caps(per_day=30))
WEB = RuleGroup("web", Caps(per_day=18, total=25))
SILENT = AbsenceRule(
    "silent",
    "沉默",
    frozenset({"view_page", "intent_price"}),
    (AbsenceStep(7, -5), AbsenceStep(14, -10)),
)

EVENT_RULES = (VIEW, PRICE, TRIAL, ORDER, VISIT, REFUSE)


def card(
    events: tuple[EventRule, ...] = EVENT_RULES,
    absence: tuple[AbsenceRule, ...] = (),
    initial: InitialRule = InitialRule(default_points=0),  # noqa: B008 - a frozen value
) -> Scorecard:
    """Return a scorecard with these rules, starting from nothing."""
    return Scorecard(
        version=3,
        name="test",
        grading=GRADING,
        initial=initial,
        static=(CITY, PHONE),
        events=events,
        groups=(WEB,),
        absence=absence,
    )


def tables(whole: Scorecard, points: Mapping[str, float] | None = None) -> RuleTables:
    """Return tables that rate every phase by one card."""
    return RuleTables(whole, dict.fromkeys(Phase, whole), points or {})


def sheet(several: Sequence[Subject], whole: Scorecard, now: datetime) -> Sheet:
    """Lay out subjects as leads that are nurtured, as of one moment."""
    starts = {one.start.channel: one.start.points for one in several if one.start}
    cases = [Case(_basis(one), one.events, now) for one in several]
    return Sheet.of(cases, tables(whole, starts))


def _basis(one: Subject) -> Basis:
    touch = Touch(one.start.channel, "", one.start.at) if one.start else None
    return Basis({**one.facts, "phase": Phase.NURTURING.value}, one.since, touch)
