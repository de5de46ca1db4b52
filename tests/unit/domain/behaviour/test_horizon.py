from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.behaviour import syntax as tree
from domain.behaviour.horizon import NO_CHANGE, Horizon
from domain.behaviour.syntax import Unit
from domain.columns.days import Moments, microseconds, moment_of
from domain.columns.persons import Behaviour, columns_of
from domain.events.event import Event
from domain.values import BUSINESS_ZONE
from tests.factories import NOW, event
from tests.unit.domain.behaviour import cases
from tests.unit.domain.behaviour.oracle import Oracle

DAY, HOUR, US = timedelta(days=1), timedelta(hours=1), timedelta(microseconds=1)
PAY, VIEW = tree.EventPattern("pay"), tree.EventPattern("view")
MIDNIGHT = NOW + timedelta(hours=14)  # in Shanghai


def horizon_of(expression: tree.Expression, person: Behaviour, now: datetime) -> datetime | None:
    columns = columns_of([person], cases.INTERACTIONS)
    (us,) = Horizon.of([expression]).run(columns, Moments.of([now], BUSINESS_ZONE)).tolist()
    return None if us == NO_CHANGE else moment_of(us)


def flows(node: object) -> bool:
    """Tell whether an age in minutes or hours is used other than beside a number."""
    return "Age(" in repr(node) and ("MINUTE" in repr(node) or "HOUR" in repr(node))


@settings(max_examples=250, deadline=None)
@given(cases.expressions, cases.persons, cases.moments, st.floats(0, 1))
def test_nothing_changes_before_the_horizon(
    expression: tree.Expression, person: Behaviour, now: datetime, share: float
) -> None:
    horizon = horizon_of(expression, person, now)
    assert horizon is None or horizon > now
    if flows(expression):
        return
    last = now + 40 * DAY if horizon is None else horizon - US
    before = Oracle(person, now, cases.INTERACTIONS).value(expression)
    for later in (now + (last - now) * share, last):
        assert Oracle(person, later, cases.INTERACTIONS).value(expression) == before


def count_of(window: tree.Window) -> tree.Expression:
    return tree.Aggregate(tree.Function.COUNT, PAY, None, window)


@pytest.mark.parametrize(
    ("expression", "events", "wanted"),
    [
        (count_of(tree.Last(3, Unit.HOUR)), [-2 * HOUR, -HOUR], NOW + HOUR),
        (tree.Done(PAY, tree.Last(3, Unit.HOUR)), [-2 * HOUR, -HOUR], NOW + 2 * HOUR),
        (count_of(tree.Last(2)), [-DAY, -3 * HOUR], MIDNIGHT),
        (tree.Done(PAY, tree.Last(2)), [-DAY, -3 * HOUR], MIDNIGHT + DAY),
        (count_of(tree.Last(2)), [-5 * DAY], None),
        (count_of(tree.EVER), [-5 * DAY], None),
        (count_of(tree.Between(NOW, NOW + DAY)), [2 * HOUR], NOW + 2 * HOUR),
        (tree.NotFollowed(PAY, VIEW, DAY), [-30 * HOUR, -2 * HOUR, -HOUR], NOW + 22 * HOUR),
        (tree.NotFollowed(PAY, VIEW, DAY), [-30 * HOUR], None),
        (tree.Age(tree.Edge(tree.End.LAST, PAY)), [-5 * DAY], MIDNIGHT),
        (tree.Age(tree.Edge(tree.End.LAST, PAY)), [], None),
    ],
)
def test_horizons_are_the_moments_of_change(
    expression: tree.Expression, events: list[timedelta], wanted: datetime | None
) -> None:
    person = Behaviour([event("pay", event_at=NOW + span) for span in events])
    assert horizon_of(expression, person, NOW) == wanted


def test_an_event_that_was_followed_is_waited_for_no_more() -> None:
    events: list[Event] = [event("pay", event_at=NOW - HOUR), event("view", event_at=NOW)]
    assert horizon_of(tree.NotFollowed(PAY, VIEW, DAY), Behaviour(events), NOW) is None


@pytest.mark.parametrize("relation", [tree.Relation.AT_LEAST, tree.Relation.EQUAL])
def test_an_age_is_waited_for_until_it_reaches_its_number(relation: tree.Relation) -> None:
    paid = Behaviour([event("pay", event_at=NOW - DAY)])
    last = tree.Edge(tree.End.LAST, PAY)
    days = tree.Comparison(relation, tree.Age(last), tree.Literal(30))
    assert horizon_of(days, paid, NOW) == MIDNIGHT + 28 * DAY
    assert horizon_of(days, paid, NOW + 60 * DAY) is None
    hours = tree.Comparison(relation, tree.Age(last, Unit.HOUR), tree.Literal(30))
    found = horizon_of(hours, paid, NOW)
    assert found is not None
    assert NOW + 6 * HOUR - timedelta(seconds=1) < found <= NOW + 6 * HOUR


def test_an_age_that_flows_is_looked_at_every_minute() -> None:
    paid = Behaviour([event("pay")])
    flowing = tree.Age(tree.Edge(tree.End.LAST, PAY), Unit.HOUR)
    assert horizon_of(flowing, paid, NOW) == NOW + timedelta(minutes=1)


def test_each_person_has_a_horizon_of_their_own() -> None:
    persons = [Behaviour([event("pay", event_at=NOW - n * HOUR)]) for n in (1, 2)]
    columns = columns_of([*persons, Behaviour()])
    found = Horizon.of([count_of(tree.Last(3, Unit.HOUR))]).run(
        columns, Moments.at(NOW, BUSINESS_ZONE)
    )
    assert found.tolist() == [microseconds(NOW + 2 * HOUR), microseconds(NOW + HOUR), NO_CHANGE]
