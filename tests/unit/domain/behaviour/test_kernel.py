from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.behaviour import syntax as tree
from domain.behaviour.kernel import Plan, evaluate
from domain.behaviour.vectors.selection import Scene
from domain.columns.days import Moments
from domain.columns.persons import Behaviour, columns_of
from domain.columns.values import Item
from domain.events.event import Event
from domain.values import BUSINESS_ZONE
from tests.factories import NOW, event
from tests.unit.domain.behaviour import cases
from tests.unit.domain.behaviour.oracle import Oracle

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PAY = tree.EventPattern("pay")
VIEW = tree.EventPattern("view")


def of_all(
    expressions: list[tree.Expression], persons: list[Behaviour], now: list[datetime]
) -> list[list[Item]]:
    columns = columns_of(persons, cases.INTERACTIONS)
    found = evaluate(expressions, columns, Moments.of(now, BUSINESS_ZONE))
    return [[value.item(row) for value in found] for row in range(len(persons))]


def value_of(
    expression: tree.Expression, *events: Event, now: datetime = NOW, **facts: Item
) -> Item:
    return of_all([expression], [Behaviour(events, facts, facts)], [now])[0][0]


def typed(rows: list[list[Item]]) -> list[list[tuple[type, Item]]]:
    """Python takes 1.0 and True for equal; this does not."""
    return [[(type(item), item) for item in row] for row in rows]


def expected(expression: tree.Expression, person: Behaviour, now: datetime) -> Item:
    found = Oracle(person, now, cases.INTERACTIONS).value(expression)
    return float(found) if type(found) is int else found


@settings(max_examples=250, deadline=None)
@given(
    st.lists(cases.expressions, min_size=1, max_size=3),
    st.lists(st.tuples(cases.persons, cases.moments), min_size=1, max_size=4),
)
def test_the_kernel_says_what_the_definition_says(
    expressions: list[tree.Expression], looked_at: list[tuple[Behaviour, datetime]]
) -> None:
    found = of_all(expressions, [p for p, _ in looked_at], [now for _, now in looked_at])
    wanted = [[expected(one, person, now) for one in expressions] for person, now in looked_at]
    assert typed(found) == typed(wanted)


@settings(max_examples=120, deadline=None)
@given(
    cases.plain_windows, st.lists(st.tuples(cases.persons, cases.moments), min_size=1, max_size=4)
)
def test_windows_that_are_searched_are_those_that_are_counted(
    window: tree.Last | tree.Between | tree.Ever, looked_at: list[tuple[Behaviour, datetime]]
) -> None:
    """Many events are searched, few are counted: both must find the same range."""
    columns = columns_of([person for person, _ in looked_at])
    scene = Scene(columns, Moments.of([now for _, now in looked_at], BUSINESS_ZONE))
    counted = scene.window(window)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("domain.behaviour.vectors.selection.FEW_EVENTS", 0)
        searched = Scene(columns, scene.moments).window(window)
    assert counted.sizes.tolist() == searched.sizes.tolist()
    is_filled = counted.sizes > 0
    assert counted.lo[is_filled].tolist() == searched.lo[is_filled].tolist()


AMOUNT = tree.Property("amount")
UNEVEN = [
    tree.Aggregate(tree.Function.SUM, PAY, "amount"),
    tree.Aggregate(tree.Function.AVG, PAY, "amount", tree.Last(5)),
    tree.Arithmetic(
        tree.Operator.DIVIDE,
        tree.Aggregate(tree.Function.SUM, PAY, "amount", tree.Last(30, tree.Unit.HOUR)),
        tree.Aggregate(tree.Function.SUM, VIEW, "amount"),
    ),
    tree.Age(tree.Edge(tree.End.LAST, PAY), tree.Unit.HOUR),
]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(
            st.tuples(
                st.sampled_from(["pay", "view"]),
                st.integers(0, 10_000_000),
                st.floats(-1e6, 1e6),
            ),
            max_size=40,
        ),
        min_size=1,
        max_size=6,
    )
)
def test_one_person_and_many_are_equal_to_the_last_bit(
    histories: list[list[tuple[str, int, float]]],
) -> None:
    persons = [
        Behaviour(
            [
                event(kind, event_at=NOW - timedelta(milliseconds=ms), properties={"amount": of})
                for kind, ms, of in history
            ]
        )
        for history in histories
    ]
    plan, now = Plan.of(UNEVEN), Moments.at(NOW, BUSINESS_ZONE)
    together = plan.run(columns_of(persons), now)
    for row, person in enumerate(persons):
        alone = plan.run(columns_of([person]), now)
        bits = [value.numbers[0:1].tobytes() for value in alone if value.numbers is not None]
        assert bits == [
            value.numbers[row : row + 1].tobytes()
            for value in together
            if value.numbers is not None
        ]
        assert len(bits) == len(UNEVEN)


def test_a_long_history_has_the_same_bits_among_others() -> None:
    rng = Random(3)
    long, *others = (
        Behaviour([event("pay", properties={"amount": rng.random()}) for _ in range(events)])
        for events in (9_001, 700, 1, 0)
    )
    plan, now = Plan.of(UNEVEN[:1]), Moments.at(NOW, BUSINESS_ZONE)
    alone = plan.run(columns_of([long]), now)[0].item(0)
    for place in range(4):
        persons = [*others[:place], long, *others[place:]]
        assert plan.run(columns_of(persons), now)[0].item(place) == alone


@settings(max_examples=60, deadline=None)
@given(cases.expressions, cases.persons, cases.moments, st.randoms())
def test_order_and_repetition_of_deliveries_do_not_matter(
    expression: tree.Expression, person: Behaviour, now: datetime, rng: Random
) -> None:
    noisy = [*person.events, *rng.sample(list(person.events), len(person.events) // 2)]
    rng.shuffle(noisy)
    shuffled = Behaviour(noisy, person.facts, person.tags)
    assert of_all([expression], [shuffled], [now]) == of_all([expression], [person], [now])


@pytest.mark.parametrize(
    ("ago", "window", "is_in"),
    [
        (DAY, tree.Last(24, tree.Unit.HOUR), False),
        (DAY - timedelta(microseconds=1), tree.Last(24, tree.Unit.HOUR), True),
        (timedelta(hours=10), tree.Last(1), True),  # 0:00 in Shanghai
        (timedelta(hours=10, microseconds=1), tree.Last(1), False),
        (-timedelta(microseconds=1), tree.EVER, False),
        (timedelta(0), tree.Between(NOW, None), True),
        (timedelta(0), tree.Between(None, NOW), False),
    ],
)
def test_windows_have_exact_edges(ago: timedelta, window: tree.Window, *, is_in: bool) -> None:
    assert value_of(tree.Done(PAY, window), event("pay", event_at=NOW - ago)) is is_in


def test_a_sequence_takes_another_first_step_when_the_first_one_is_too_early() -> None:
    steps = [
        event("pay", event_at=NOW - 9 * DAY),
        event("pay", event_at=NOW - 2 * DAY),
        event("view", event_at=NOW - DAY),
    ]
    assert value_of(tree.Sequence((PAY, VIEW), DAY), *steps) is True
    assert value_of(tree.Sequence((PAY, VIEW), DAY - timedelta(microseconds=1)), *steps) is False


def test_at_one_moment_the_order_of_events_decides() -> None:
    paid, viewed = event("pay", source_sequence=1), event("view", source_sequence=2)
    assert value_of(tree.Sequence((PAY, VIEW)), paid, viewed) is True
    assert value_of(tree.Sequence((VIEW, PAY)), paid, viewed) is False
    assert value_of(tree.Sequence((PAY, PAY)), paid) is False


def test_what_did_not_follow_is_known_when_its_time_is_over() -> None:
    lonely = tree.NotFollowed(PAY, VIEW, DAY)
    paid = event("pay")
    almost = NOW + DAY - timedelta(microseconds=1)
    assert value_of(lonely, paid, now=almost) is False
    assert value_of(lonely, paid, now=NOW + DAY) is True
    at_the_end = event("view", event_at=NOW + DAY)
    assert value_of(lonely, paid, at_the_end, now=NOW + DAY) is False


def test_equal_preferences_stand_in_the_order_of_their_last_event() -> None:
    bought = [
        event("pay", event_at=NOW - n * HOUR, properties={"subject": subject})
        for n, subject in enumerate(["art", "math", "math", "art", "music"])
    ]
    assert value_of(tree.Preference(PAY, "subject", 2), *bought) == ("art", "math")
    assert value_of(tree.Preference(PAY, "colour"), *bought) is None


def test_numbers_are_rounded_before_they_are_compared() -> None:
    third = tree.Comparison(
        tree.Relation.AT_LEAST,
        tree.Arithmetic(tree.Operator.MULTIPLY, tree.Attribute("tenth"), tree.Literal(3)),
        tree.Literal(0.3000002),
    )
    assert value_of(third, tenth=0.1) is True
    assert value_of(third, tenth=0.0999996) is False


def test_a_literal_one_is_not_the_flag_true() -> None:
    is_one, is_true = (
        tree.Comparison(tree.Relation.EQUAL, tree.Attribute("x"), tree.Literal(value))
        for value in (1.0, True)
    )
    assert of_all([is_one, is_true], [Behaviour(facts={"x": True})], [NOW]) == [[False, True]]


def test_nobody_and_nothing_are_no_exception() -> None:
    columns = columns_of([])
    found = evaluate([tree.Done(PAY)], columns, Moments.at(NOW, BUSINESS_ZONE))
    assert found[0].holds.shape == (0,)


@pytest.mark.parametrize(
    "misplaced",
    [
        AMOUNT,
        tree.Done(tree.EventPattern("pay", tree.Known(tree.Attribute("city")))),
        tree.Done(tree.EventPattern("pay", tree.Done(VIEW))),
        tree.Aggregate(tree.Function.SUM, PAY),
    ],
)
def test_what_the_checker_refuses_is_an_error_here(misplaced: tree.Expression) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Plan.of([misplaced])


def test_what_is_said_twice_is_worked_out_once() -> None:
    rule = tree.Comparison(
        tree.Relation.MORE, tree.Aggregate(tree.Function.COUNT, PAY), tree.Literal(3)
    )
    once, twice = Plan.of([rule]), Plan.of([rule, tree.Not(rule)])
    assert len(twice.steps) == len(once.steps) + 1
    found = twice.run(columns_of([Behaviour([event("pay")] * 2)]), Moments.at(NOW, BUSINESS_ZONE))
    assert [bool(np.all(value.holds)) for value in found] == [False, True]
