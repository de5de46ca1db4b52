from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import RuleError
from domain.events.event import Event
from domain.scoring.history import Subject
from domain.scoring.initial import ChannelStart
from domain.scoring.rules import Decay, DecayKind, EventRule
from domain.scoring.score import Part, score
from domain.scoring.scorecard import InitialRule, Scorecard
from domain.values import Grade
from tests.factories import NOW, event
from tests.unit.domain.scoring import cards
from tests.unit.domain.scoring.cards import card

KINDS = [rule.kind for rule in cards.EVENT_RULES]
ALL = card(absence=(cards.SILENT,))


def ago(kind: str, **changes: Any) -> Event:
    span = timedelta(**{unit: changes.pop(unit) for unit in ("days", "hours") if unit in changes})
    return event(kind, event_at=NOW - span, **changes)


def subject(*events: Event, **facts: str | float | bool) -> Subject:
    return Subject(facts, events, since=NOW)


def dynamic(*events: Event, rules: Scorecard | None = None) -> float:
    return score(subject(*events), rules or card(), NOW).state.dynamic


def test_a_fresh_lead_without_anything_scores_nothing() -> None:
    state = score(subject(), card(), NOW).state
    assert (state.static, state.dynamic, state.composite) == (0, 0, 0)
    assert (state.grade, state.level, state.is_mature) == (Grade.D, 4, False)
    assert (state.rules_version, state.scored_at) == (3, NOW)


@pytest.mark.parametrize(
    ("facts", "static"),
    [
        ({"city": "上海", "has_phone": True}, 100),
        ({"city": "苏州"}, 30),
        ({"city": "苏州", "has_phone": False}, 30),
        ({"has_phone": True}, 40),
        ({}, 0),
    ],
)
def test_static_rules_take_the_first_case_that_holds(
    facts: dict[str, str | bool], static: float
) -> None:
    assert score(subject(**facts), card(), NOW).state.static == static


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([ago("intent_price")], 20),
        ([ago("intent_price", days=10)], 10),
        ([ago("intent_price", days=20)], 5),
        ([ago("intent_price", hours=120)], 20 * 0.5**0.5),
        ([ago("intent_price", days=-1)], 20),
        ([ago("start_trial", days=4)], 18),
        ([ago("start_trial", days=10)], 0),
        ([ago("start_trial", days=40)], 0),
        ([ago("start_trial", days=4), ago("start_trial", days=6)], 18),
        ([ago("pay_order", properties={"amount": 100})], 40),
        ([ago("pay_order", properties={"amount": 99})], 0),
        ([ago("pay_order", properties={"amount": 500}, days=6)], 40),
        ([ago("pay_order", properties={"amount": 500}, days=7)], 20),
        ([ago("view_page"), ago("view_page")], 8),
        ([ago("view_page"), ago("view_page"), ago("view_page")], 10),
        ([ago("view_page", days=n) for n in range(9)], 15),
        ([ago("website_visited"), ago("view_page"), ago("view_page")], 18),
        ([ago("website_visited", days=n) for n in range(4)], 25),
        ([ago("intent_refuse"), ago("intent_price")], 0),
        ([ago("intent_refuse", days=10), ago("intent_price")], 5),
        ([ago("unknown_kind")], 0),
        ([ago("pay_order", properties={"amount": 500}) for _ in range(3)], 100),
    ],
)
def test_counts_events_with_decay_caps_and_clipping(events: list[Event], expected: float) -> None:
    assert dynamic(*events) == pytest.approx(expected, abs=1e-6)


def test_days_are_calendar_days_of_the_business_zone() -> None:
    late = datetime(2026, 3, 1, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
    rules = card((replace(cards.PRICE, decay=Decay(DecayKind.STEP, days=1)),))
    seen = subject(event("intent_price", event_at=late))
    assert score(seen, rules, late).state.dynamic == 20
    assert score(seen, rules, late + timedelta(minutes=1)).state.dynamic == 0


@pytest.mark.parametrize(("days", "points"), [(6, 0), (7, -5), (13, -5), (14, -10), (90, -10)])
def test_absence_takes_the_deepest_step_reached(days: int, points: float) -> None:
    rules = card((cards.ORDER,), absence=(cards.SILENT,))
    seen = [ago("view_page", days=days), event("pay_order", properties={"amount": 200})]
    assert dynamic(*seen, rules=rules) == 40 + points


def test_absence_is_counted_from_the_beginning_when_nothing_ever_happened() -> None:
    start = ChannelStart("private", 5, NOW - timedelta(days=7))
    silent = Subject({}, (), NOW - timedelta(days=7), start)
    rules = card((), absence=(cards.SILENT,))
    assert score(silent, rules, NOW).state.dynamic == 45


def test_the_channel_starts_the_score_and_fades_on_its_own() -> None:
    rules = card(initial=InitialRule(default_points=3, decay=cards.HALF_LIFE))
    known = Subject({}, (), NOW, ChannelStart("private", 8, NOW - timedelta(days=10)))
    assert score(known, rules, NOW).state.dynamic == 40
    assert score(known, rules, NOW).state.initial == 80
    assert score(subject(), rules, NOW).state.dynamic == 30


def test_every_point_is_explained_by_rule_event_and_time() -> None:
    asked, viewed = ago("intent_price", days=10), ago("view_page")
    rules = card(initial=InitialRule(default_points=3), absence=(cards.SILENT,))
    scored = score(subject(asked, viewed, city="上海"), rules, NOW)
    found = {(c.part, c.rule, c.points, c.kind, c.at) for c in scored.contributions}
    assert found == {
        (Part.STATIC, "city", 60, "", None),
        (Part.CHANNEL, "channel", 30, "", NOW),
        (Part.EVENT, "price", 10, "intent_price", asked.event_at),
        (Part.EVENT, "view", 4, "view_page", NOW),
    }
    assert (scored.cell, scored.advice) == ("B3", "keep")


def test_clipping_is_part_of_the_explanation() -> None:
    scored = score(subject(ago("intent_refuse")), card(), NOW)
    limits = [c for c in scored.contributions if c.part is Part.LIMIT]
    assert [(c.detail, c.points) for c in limits] == [("static", 10), ("dynamic", 30)]


@pytest.mark.parametrize(
    "rules", [(cards.VIEW, cards.VIEW), (replace(cards.VIEW, group="nowhere"),)]
)
def test_refuses_twins_and_unknown_groups(rules: tuple[EventRule, ...]) -> None:
    with pytest.raises(RuleError):
        card(rules)


events_strategy = st.lists(
    st.builds(
        lambda kind, minutes, amount, key: event(
            kind,
            event_at=NOW - timedelta(minutes=minutes),
            properties={"amount": amount},
            dedupe_key=f"k{key}",
        ),
        st.sampled_from(KINDS),
        st.integers(-1000, 60_000),
        st.sampled_from([50.0, 150.0]),
        st.integers(0, 10_000),
    ),
    max_size=25,
    unique_by=lambda one: one.dedupe_key,
)


@given(events_strategy, st.randoms())
def test_order_and_repetition_of_deliveries_do_not_matter(events: list[Event], rng: Random) -> None:
    noisy = [*events, *rng.sample(events, len(events) // 2)]
    rng.shuffle(noisy)
    assert score(subject(*noisy), ALL, NOW) == score(subject(*events), ALL, NOW)


@given(events_strategy, st.sampled_from(range(len(KINDS))), st.integers(0, 60))
def test_more_points_for_a_rule_never_lower_a_score(
    events: list[Event], row: int, more: int
) -> None:
    rule = cards.EVENT_RULES[row]
    points = rule.points + more if rule.points > 0 else min(rule.points + more, -1)
    richer = tuple(replace(r, points=points) if r is rule else r for r in cards.EVENT_RULES)
    before = score(subject(*events), card(), NOW).state
    after = score(subject(*events), card(richer), NOW).state
    assert after.dynamic >= before.dynamic
    assert after.composite >= before.composite


@given(events_strategy, st.sampled_from([k for k in KINDS if k != "intent_refuse"]))
def test_one_more_good_event_never_lowers_a_score(events: list[Event], kind: str) -> None:
    more = event(kind, event_at=NOW - timedelta(days=3), properties={"amount": 150.0})
    assert dynamic(*events, more) >= dynamic(*events)


@given(events_strategy, st.integers(0, 400))
def test_scores_stay_within_their_scale_and_are_explained_in_full(
    events: list[Event], days: int
) -> None:
    scored = score(subject(*events), ALL, NOW + timedelta(days=days))
    assert 0 <= scored.state.dynamic <= 100
    assert scored.state.standard == pytest.approx(scored.state.dynamic / 10, abs=1e-6)
    explained = sum(
        c.points for c in scored.contributions if c.part is not Part.STATIC and c.detail != "static"
    )
    assert explained == pytest.approx(scored.state.dynamic, abs=1e-4)


@given(st.lists(events_strategy, max_size=5))
def test_one_lead_and_many_are_equal_to_the_last_bit(histories: list[list[Event]]) -> None:
    subjects = [subject(*events) for events in histories]
    together = cards.sheet(subjects, ALL, NOW).rate([NOW] * len(subjects)).states
    assert together == [score(one, ALL, NOW).state for one in subjects]


def test_gains_of_one_day_share_a_cap_that_fades_with_the_freshest() -> None:
    capped = replace(card(), most_gained_per_day=30.0)
    price, trial = ago("intent_price"), ago("start_trial")
    order = ago("pay_order", days=1, properties={"amount": 200.0})
    assert dynamic(price, trial, rules=capped) == 30
    assert dynamic(order, rules=capped) == 30, "one rule alone is held down as well"
    assert dynamic(price, trial, order, rules=capped) == 60, "two days, two caps"
    assert dynamic(price, trial, ago("intent_refuse"), rules=capped) == 0, "losses are not gains"
    # After ten days: price 10 by half-life, trial 0 by the linear decay; freshest weight 0.5.
    faded = [ago("intent_price", days=10), ago("start_trial", days=10)]
    assert dynamic(*faded, rules=capped) == 10
    assert dynamic(*(ago("intent_price", days=10) for _ in range(3)), rules=capped) == 15
    scored = score(subject(price, trial), capped, NOW)
    shown = {c.label: c.points for c in scored.contributions}
    assert (shown["问价"], shown["试听"]) == (12, 18)


def test_gains_of_all_rules_share_a_cap_and_losses_do_not() -> None:
    capped = replace(card(), most_gained=50.0)
    events = [
        ago("intent_price"),
        ago("start_trial"),
        ago("pay_order", properties={"amount": 200.0}),
    ]
    refused = ago("intent_refuse")
    assert (dynamic(*events), dynamic(*events, rules=capped)) == (90, 50)
    scored = score(subject(*events, refused), capped, NOW)
    assert scored.state.dynamic == 20
    assert ("gains", -40) in [(c.detail, c.points) for c in scored.contributions]
    three = [subject(*events), subject(refused), subject(*events[:1])]
    beside = cards.sheet(three, capped, NOW).rate([NOW] * 3).states
    assert [state.dynamic for state in beside] == [50, 0, 20]
