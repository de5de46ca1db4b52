from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest

from domain.events.event import PropertyValue
from domain.person import Person, Source
from domain.tracking.profile import changed
from domain.tracking.record import Act
from tests.factories import NOW, attribute, person

LATER = NOW + timedelta(hours=1)


def after(
    *steps: tuple[Act, dict[str, PropertyValue]], start: Person | None = None
) -> dict[str, str]:
    who = start or person()
    for number, (act, told) in enumerate(steps):
        who = changed(who, act, told, NOW + timedelta(seconds=number), str)
    return {name: fact.value for name, fact in who.attributes.items()}


def test_each_record_changes_what_it_says() -> None:
    assert after(
        (Act.SET, {"a": "1", "b": "x"}),
        (Act.SET_ONCE, {"a": "2", "c": "3"}),
        (Act.APPEND, {"b": "y、x"}),
        (Act.INCREMENT, {"a": 1.5, "b": 1.0, "n": 2.0}),
        (Act.UNSET, {"c": True}),
    ) == {"a": "2.5", "b": "x、y", "c": "", "n": "2"}


def test_setting_does_not_depend_on_the_order_of_arrival() -> None:
    records = [("old", NOW), ("new", LATER), ("between", NOW + timedelta(minutes=1))]
    ends = set()
    for order in permutations(records):
        who = person()
        for value, at in order:
            who = changed(who, Act.SET, {"city": value}, at, str)
        ends.add(who.attributes["city"].value)
    assert ends == {"new"}


@pytest.mark.parametrize("act", [Act.SET, Act.SET_ONCE, Act.APPEND, Act.INCREMENT, Act.UNSET])
def test_what_a_person_entered_stands(act: Act) -> None:
    known = person(attributes={"city": attribute("北京")})
    assert after((act, {"city": "1"}), start=known) == {"city": "北京"}


def test_deleting_takes_only_what_trackers_said_before() -> None:
    known = person(attributes={"city": attribute("北京")})
    who = changed(known, Act.SET, {"a": "1"}, NOW, str)
    who = changed(who, Act.SET, {"b": "2"}, LATER, str)
    who = changed(who, Act.DELETE, {}, NOW + timedelta(minutes=1), str)
    assert {n: a.value for n, a in who.attributes.items()} == {"city": "北京", "a": "", "b": "2"}
    assert who.attributes["a"].source is Source.TRACKER
    assert changed(known, Act.DELETE, {}, NOW, str) is known
