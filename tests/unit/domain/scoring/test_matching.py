from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.behaviour import syntax as tree
from domain.behaviour.vectors.selection import Scene
from domain.columns.days import Moments
from domain.columns.persons import columns_in_order
from domain.condition import Comparison, Condition, Fact
from domain.events.event import Event
from domain.scoring.matching import matcher_of
from domain.scoring.rules import EventRule
from domain.values import BUSINESS_ZONE
from tests.factories import NOW, event
from tests.unit.domain.scoring import cards
from tests.unit.domain.scoring.cards import card

OFTEN = EventRule(
    "often",
    "常来",
    "website_visited",
    10,
    where=(
        Condition("visits", Comparison.AT_LEAST, (3.0,)),
        Condition("seconds", Comparison.MORE, (60.0,)),
    ),
)


def scene(histories: Sequence[Sequence[Event]]) -> Scene:
    return Scene(columns_in_order(histories, BUSINESS_ZONE), Moments.at(NOW, BUSINESS_ZONE))


def fits(rule: EventRule, *properties: Mapping[str, Fact]) -> list[bool]:
    """Return which of some events of the rule's kind it counts."""
    events = [
        event(rule.kind, event_at=NOW + timedelta(seconds=n), properties=of)
        for n, of in enumerate(properties)
    ]
    found = matcher_of(card((rule,))).find(scene([events]))
    counted = set(found.event.tolist())
    return [position in counted for position in range(len(events))]


def test_a_rule_wants_all_its_conditions() -> None:
    assert fits(
        OFTEN, {"visits": 3.0, "seconds": 61.0}, {"visits": 3.0, "seconds": 60.0}, {"visits": 3.0}
    ) == [True, False, False]


def test_an_expression_about_the_event_counts_beside_conditions() -> None:
    given_expression = tree.Comparison(
        tree.Relation.EQUAL, tree.Property("page"), tree.Literal("价格")
    )
    rule = replace(OFTEN, given=given_expression)
    seen = {"visits": 3.0, "seconds": 61.0}
    assert fits(rule, {**seen, "page": "价格"}, {**seen, "page": "首页"}, seen) == [
        True,
        False,
        False,
    ]
    assert matcher_of(card((rule,))).properties == {"visits", "seconds", "page"}


FACTS = st.one_of(
    st.sampled_from(["", "北京", " beijing ", "Beijing", "3", "3.0", "x"]),
    st.sampled_from([0.0, 3.0, 2.5, -1.0]),
    st.booleans(),
)
SINGLE = [c for c in Comparison if c not in {Comparison.IN, Comparison.NOT_IN}]
CONDITIONS = st.one_of(
    st.builds(Condition, st.just("it"), st.sampled_from(SINGLE), FACTS.map(lambda fact: (fact,))),
    st.builds(
        Condition,
        st.just("it"),
        st.sampled_from([Comparison.IN, Comparison.NOT_IN]),
        st.lists(FACTS, min_size=1, max_size=3).map(tuple),
    ),
)


@settings(max_examples=300)
@given(
    st.lists(CONDITIONS, min_size=1, max_size=2),
    st.lists(st.none() | FACTS, min_size=1, max_size=6),
)
def test_conditions_over_columns_hold_where_each_of_them_does(
    conditions: list[Condition], facts: list[Fact | None]
) -> None:
    properties = [{} if fact is None else {"it": fact} for fact in facts]
    rule = replace(OFTEN, where=tuple(conditions))
    assert fits(rule, *properties) == [
        all(holds(condition, one) for condition in conditions) for one in properties
    ]


def holds(condition: Condition, properties: Mapping[str, Fact]) -> bool:
    """Columns know no whole numbers: beside a text, 3.0 may have been written 3."""
    fact = properties.get("it")
    if isinstance(fact, float) and fact.is_integer():
        forms = [condition.holds({"it": form}) for form in (fact, int(fact))]
        return (all if condition.comparison.startswith(("!", "not")) else any)(forms)
    return condition.holds(properties)


@pytest.mark.parametrize("leads", [1, 3])
def test_only_the_latest_counts_where_repeats_do_not(leads: int) -> None:
    events = [event("start_trial", event_at=NOW + timedelta(hours=n)) for n in range(3)]
    found = matcher_of(card((cards.TRIAL,))).find(scene([events] * leads))
    assert found.lead.tolist() == list(range(leads))
    assert found.event.tolist() == [3 * lead + 2 for lead in range(leads)]
