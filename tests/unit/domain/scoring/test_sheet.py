"""Everybody at once, from columns, and each alone: the same numbers to the last bit."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.load import load_catalog
from config.texts import load_texts
from domain.behaviour.checking.check import understood
from domain.behaviour.vocabulary import ValueType
from domain.columns.gathering import taken
from domain.columns.persons import columns_in_order
from domain.condition import Comparison, Condition
from domain.events.event import in_order
from domain.journey.journeys import Journeys, sentence_fact, sentence_of
from domain.lead import LeadKind, Stage, Status, Touch
from domain.scoring.basis import basis_of
from domain.scoring.rating import Case, rate_case
from domain.scoring.rules import StaticCase, StaticRule
from domain.scoring.scorecard import InitialRule
from domain.scoring.sheet import Sheet
from domain.scoring.tables import RuleTables
from domain.values import BUSINESS_ZONE
from tests.factories import NOW, attribute, event, lead, person
from tests.unit.domain.scoring import cards

CATALOG = load_catalog(load_texts())
SHIPPED = CATALOG.rules
STANDING = StaticRule(
    "stands",
    "位置",
    (
        StaticCase(Condition("status", Comparison.EQUAL, ("clear",)), 10.1),
        StaticCase(Condition("cycle", Comparison.MORE, (1.0,)), -3.3),
        StaticCase(Condition("city", Comparison.NOT_IN, ("北京",)), 0.2),
    ),
)
SMALL = cards.tables(
    replace(
        cards.card(absence=(cards.SILENT,), initial=InitialRule(4, cards.HALF_LIFE)),
        standing=(STANDING,),
    ),
    {"expo": 7.7, "search": 3.3},
)
SENTENCES = (
    "次数(询问价格, 2天) >= 2 且 状态 != '明确意向'",
    "做过(查看价格, 36小时) 或 城市 = '北京'",
    "次数(互动, 3天) >= 3",
)


def saying(tables: RuleTables) -> RuleTables:
    """Return tables with a rule of the dynamic and one of the static score that say sentences."""
    words = [understood(text, CATALOG.vocabulary, ValueType.FLAG) for text in SENTENCES]
    cases = [
        StaticCase(Condition(sentence_fact("says", number), Comparison.KNOWN), 7.3 - number)
        for number in range(len(words))
    ]
    whole = replace(
        tables.whole,
        standing=(*tables.whole.standing, StaticRule("says", "说", tuple(cases[:2]))),
        static=(*tables.whole.static, StaticRule("known", "懂", tuple(cases[2:]))),
    )
    journeys = Journeys(
        SHIPPED.journeys.journeys,
        SHIPPED.journeys.interactions,
        sentences=tuple(
            sentence_of("says", number, one.expression) for number, one in enumerate(words)
        ),
    )
    return replace(tables, whole=whole, cards=dict.fromkeys(tables.cards, whole), journeys=journeys)


TABLES = st.sampled_from([SMALL, SHIPPED, saying(SMALL)])
KINDS = (
    *(rule.kind for rule in cards.EVENT_RULES),
    *("intent_buy", "kf_message", "attend_class", "view_price"),
)
events = st.builds(
    lambda kind, seconds, amount: event(
        kind, event_at=NOW - timedelta(seconds=seconds), properties={"amount": amount}
    ),
    st.sampled_from(KINDS),
    st.integers(-90_000, 5_000_000),
    st.floats(0, 300),
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    city = draw(st.sampled_from(["", "北京", "杭州", "3"]))
    facts = {"city": attribute(city)} if city else {}
    if draw(st.booleans()):
        facts["repurchase_intent"] = attribute("高")
    touch = draw(st.sampled_from([None, "expo", "search", "unheard_of"]))
    stands = lead(
        stage=draw(st.sampled_from(Stage)),
        status=draw(st.sampled_from([None, *Status])),
        kind=draw(st.sampled_from(LeadKind)),
        cycle=draw(st.integers(1, 3)),
        created_at=NOW - timedelta(days=draw(st.integers(0, 60))),
        first_touch=touch and Touch(touch, "", NOW - timedelta(days=draw(st.integers(0, 90)))),
    )
    at = NOW + timedelta(seconds=draw(st.integers(0, 8_000_000)))
    return Case(basis_of(person(attributes=facts), stands), draw(st.lists(events, max_size=12)), at)


@settings(max_examples=60, deadline=None)
@given(st.lists(cases(), max_size=6), TABLES)
def test_a_sheet_says_what_each_lead_alone_says(several: list[Case], tables: RuleTables) -> None:
    sheet, at = Sheet.of(several, tables), [one.at for one in several]
    alone = [rate_case(one, tables) for one in several]
    assert sheet.rate(at).states == [one.state for one in alone]
    later = [replace(one, at=one.at + timedelta(days=9)) for one in several]
    assert sheet.rate([one.at for one in later]).states == [
        rate_case(one, tables).state for one in later
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(cases(), min_size=1, max_size=6), TABLES)
def test_whoever_must_be_looked_at_again_may_turn(several: list[Case], tables: RuleTables) -> None:
    ratings = Sheet.of(several, tables).rate([one.at for one in several])
    may_turn = ratings.may_turn().tolist()
    looks = ratings.next_looks()
    assert [look for look, may in zip(looks, may_turn, strict=True) if not may] == [
        None
    ] * may_turn.count(False)


@settings(max_examples=60, deadline=None)
@given(st.lists(cases(), min_size=1, max_size=6), TABLES)
def test_when_a_lead_is_looked_at_again_hangs_on_nobody_else(
    several: list[Case], tables: RuleTables
) -> None:
    looks = Sheet.of(several, tables).rate([one.at for one in several]).next_looks()
    assert looks == [Sheet.of([one], tables).rate([one.at]).next_looks()[0] for one in several]


def test_nobody_is_rated_as_nobody() -> None:
    ratings = Sheet.of([], SHIPPED).rate([])
    assert ratings.states == ratings.next_looks() == ratings.may_turn().tolist() == []


@pytest.mark.parametrize("rows", [[], [1], [2, 0, 0, 1]])
def test_persons_are_taken_with_their_events(rows: list[int]) -> None:
    histories = [
        in_order([event("a", properties={"n": float(n)}) for n in range(size)])
        for size in (2, 0, 3)
    ]
    columns = columns_in_order(histories, BUSINESS_ZONE, facts=[{"x": 1.0}, {}, {"x": 3.0}])
    mine = taken(columns, np.array(rows, dtype=np.intp))
    wanted = columns_in_order([histories[row] for row in rows], BUSINESS_ZONE)
    assert mine.offsets.tolist() == wanted.offsets.tolist()
    assert mine.at.tolist() == wanted.at.tolist()
    assert mine.facts["x"].numbers is not None
    assert np.nan_to_num(mine.facts["x"].numbers).tolist() == [[1.0, 0.0, 3.0][r] for r in rows]
    if wanted.properties:
        assert np.array_equal(mine.properties["n"].numbers, wanted.properties["n"].numbers)
