"""Leads of all phases are rated at once, each by its table and by where it stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.load import load_catalog
from config.texts import load_texts
from domain.events.event import Event
from domain.lead import Lead, Stage, Status, Touch
from domain.scoring.basis import basis_of
from domain.scoring.rating import Case, explain_case, moment_of, rate_case
from domain.scoring.score import Part
from domain.scoring.sheet import Sheet
from domain.scoring.tables import Phase, RuleTables
from tests.factories import NOW, attribute, event, lead, person

DAY = timedelta(days=1)


SHIPPED = load_catalog(load_texts()).rules


@pytest.fixture(scope="module")
def rules() -> RuleTables:
    return SHIPPED


def case(
    *events: Event, at: datetime = NOW, facts: dict[str, str] | None = None, **changes: object
) -> Case:
    who = person(attributes={n: attribute(v) for n, v in (facts or {}).items()})
    one: Lead = lead(**{"first_touch": Touch("expo", "", NOW - DAY), **changes})
    return Case(basis_of(who, one), events, at)


def points_in(one: Case, rules: RuleTables) -> dict[str, float]:
    return {part.rule: part.points for part in explain_case(one, rules).contributions}


ASKED = event("intent_price", event_at=NOW - timedelta(hours=1))


def test_screening_looks_at_the_channel_alone(rules: RuleTables) -> None:
    assert points_in(case(ASKED, stage=Stage.SCREENING), rules).keys() == {"channel"}


def test_nurturing_looks_at_channel_behaviour_and_journey(rules: RuleTables) -> None:
    found = points_in(case(ASKED, stage=Stage.NURTURE_POOL, status=Status.CLEAR), rules)
    assert found.keys() == {"channel", "asked_price", "buying_journey"}
    assert found["buying_journey"] == 2


def test_following_looks_at_journey_intention_and_behaviour(rules: RuleTables) -> None:
    found = points_in(case(ASKED, stage=Stage.FOLLOWING, status=Status.CLEAR), rules)
    assert found.keys() == {"asked_price", "buying_journey", "intention"}
    assert found["intention"] == 20


def test_serving_looks_at_the_learning_journey_and_the_wish_to_buy_again(
    rules: RuleTables,
) -> None:
    lessons = [event("attend_class", event_at=NOW - n * DAY) for n in range(5)]
    served = case(*lessons, stage=Stage.SERVICE, facts={"repurchase_intent": "高"})
    found = points_in(served, rules)
    assert (found["learning_journey"], found["repurchase"]) == (10, 20)
    assert "channel" not in found


def test_a_batch_of_all_phases_is_rated_as_one_by_one(rules: RuleTables) -> None:
    cases = [
        case(ASKED, at=NOW + n * DAY, stage=stage, status=status)
        for n, stage in enumerate(Stage)
        for status in (None, Status.CONTACTING)
    ]
    together = Sheet.of(cases, rules).rate([c.at for c in cases]).states
    assert together == [rate_case(c, rules).state for c in cases]


def test_who_leaves_a_stage_loses_its_points(rules: RuleTables) -> None:
    fresh, stale = (case(ASKED, at=NOW + n * DAY, stage=Stage.FOLLOWING) for n in (0, 40))
    assert points_in(fresh, rules)["buying_journey"] == 2
    assert "buying_journey" not in points_in(stale, rules)


def test_standing_is_part_of_the_dynamic_score_and_of_its_explanation(rules: RuleTables) -> None:
    scored = explain_case(case(ASKED, stage=Stage.FOLLOWING, status=Status.WON), rules)
    dynamic = [c for c in scored.contributions if c.part not in {Part.STATIC, Part.LIMIT}]
    assert scored.state.dynamic == pytest.approx(sum(c.points for c in dynamic), abs=1e-5)
    assert {c.rule for c in dynamic if c.part is Part.STANDING} == {"buying_journey", "intention"}


def test_a_score_is_not_older_than_what_it_has_seen() -> None:
    late = replace(ASKED, received_at=NOW + timedelta(seconds=3))
    assert moment_of(NOW, [late]) == NOW + timedelta(seconds=3)
    assert moment_of(NOW, []) == NOW


KINDS = ("intent_price", "view_price", "kf_message", "intent_refuse", "pay_order", "intent_buy")
ARRIVALS = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.integers(-90 * 24 * 3600, 3600).map(lambda s: timedelta(seconds=s)),
        st.integers(0, 5 * 24 * 3600).map(lambda s: timedelta(seconds=s)),
    ),
    min_size=1,
    max_size=8,
)


@given(ARRIVALS, st.sampled_from(Stage), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_live_replayed_and_checked_scores_are_equal_for_any_history_and_order(
    arrivals: list[tuple[str, timedelta, timedelta]], stage: Stage, dice: Random
) -> None:
    events, at = [], NOW
    for number, (kind, ago, pause) in enumerate(arrivals):
        at += pause + timedelta(microseconds=number)
        events.append(event(kind, event_at=at + ago, received_at=at, properties={"amount": 50.0}))
    live = [
        rate_case(case(*events[:count], at=last.received_at, stage=stage), SHIPPED).state
        for count, last in enumerate(events, start=1)
    ]
    # What is stored, in any order and partly twice, looked at as of each of those moments at once.
    stored = dice.sample(events, len(events)) + dice.sample(events, len(events) // 2)
    again = [
        case(*(one for one in stored if one.received_at <= now), at=now, stage=stage)
        for now in (event.received_at for event in events)
    ]
    assert Sheet.of(again, SHIPPED).rate([one.at for one in again]).states == live


def test_every_phase_has_its_table(rules: RuleTables) -> None:
    assert set(rules.cards) == set(Phase)
    assert rules.card_for(Phase.FOLLOWING).grading.pass_mark == 50
    assert rules.card_for(Phase.NURTURING).grading.pass_mark == 60
