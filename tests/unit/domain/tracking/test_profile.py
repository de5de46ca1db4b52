"""What records of a profile come to, whatever the order in which they come."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.person import Attribute, Source
from domain.tracking.profile import LOGGED, Change, deleted, folded, joined, set_as_told, with_log
from domain.tracking.record import Act
from tests.factories import NOW, attribute, person

LATER = NOW + timedelta(hours=1)
ACTS = st.sampled_from([Act.SET, *sorted(LOGGED)])
VALUES = st.sampled_from(["1", "2.5", "x", "x、y", ""])


def log(*steps: tuple[Act, str]) -> list[Change]:
    return [
        Change(act, value, NOW + timedelta(seconds=number), f"r{number}")
        for number, (act, value) in enumerate(steps)
    ]


def comes_to(*steps: tuple[Act, str]) -> str | None:
    fact = folded(joined(log(*steps)))
    return fact.value if fact else None


@pytest.mark.parametrize(
    ("steps", "value"),
    [
        ([(Act.SET, "1"), (Act.SET_ONCE, "2")], "1"),
        ([(Act.SET_ONCE, "3"), (Act.SET_ONCE, "4")], "3"),
        ([(Act.APPEND, "x"), (Act.APPEND, "y、x")], "x、y"),
        ([(Act.SET, "1"), (Act.INCREMENT, "1.5")], "2.5"),
        ([(Act.INCREMENT, "2"), (Act.INCREMENT, "-3")], "-1"),
        ([(Act.SET, "三"), (Act.INCREMENT, "1")], "三"),
        ([(Act.INCREMENT, "2"), (Act.SET, "7")], "7"),
        ([(Act.INCREMENT, "2"), (Act.UNSET, ""), (Act.INCREMENT, "1")], "1"),
        ([(Act.UNSET, ""), (Act.SET_ONCE, "4")], "4"),
        ([], None),
        ([(Act.INCREMENT, "x")], None),
    ],
)
def test_records_in_order_come_to(steps: list[tuple[Act, str]], value: str | None) -> None:
    assert comes_to(*steps) == value


@st.composite
def changes(draw: st.DrawFn) -> list[Change]:
    """Return records of one attribute; some happened at the same moment."""
    steps = draw(st.lists(st.tuples(ACTS, VALUES, st.integers(0, 5)), max_size=8))
    return [
        Change(act, value, NOW + timedelta(seconds=moment), f"r{number}")
        for number, (act, value, moment) in enumerate(steps)
    ]


@given(changes(), st.randoms(use_true_random=False))
def test_any_order_with_any_repeats_comes_to_the_same(
    records: list[Change], chance: random.Random
) -> None:
    shuffled = [*records, *chance.sample(records, len(records) // 2)]
    chance.shuffle(shuffled)
    one_by_one: tuple[Change, ...] = ()
    for record in shuffled:
        one_by_one = joined(one_by_one, [record])
    assert one_by_one == joined(records)
    assert folded(one_by_one) == folded(joined(records))


@given(changes(), changes())
def test_logs_of_persons_who_are_one_come_to_what_one_log_would(
    left: list[Change], right: list[Change]
) -> None:
    right = [Change(c.act, c.value, c.at, f"other-{c.reference}") for c in right]
    assert joined(joined(left), joined(right)) == joined([*right, *left])


@given(changes())
def test_a_log_keeps_nothing_from_before_its_last_setting(records: list[Change]) -> None:
    kept = joined(records)
    assert all(change.act not in {Act.SET, Act.UNSET} for change in kept[1:])


def test_setting_takes_the_later_event() -> None:
    who = set_as_told(person(), {"city": "北京"}, LATER, str)
    assert set_as_told(who, {"city": "上海"}, NOW, str) is who
    again = set_as_told(who, {"city": "上海"}, LATER + timedelta(seconds=1), str)
    assert again.attributes["city"].value == "上海"


@pytest.mark.parametrize("act", [Act.SET, *sorted(LOGGED)])
def test_what_a_person_entered_stands(act: Act) -> None:
    known = person(attributes={"city": attribute("北京")})
    assert with_log(known, "city", log((act, "1"))) is known
    assert set_as_told(known, {"city": "1"}, LATER, str) is known


def test_deleting_takes_only_what_trackers_said_before() -> None:
    said = {"a": NOW, "b": LATER, "c": NOW}
    facts = {n: Attribute("1", Source.TRACKER, at) for n, at in said.items()}
    known = person(attributes={"city": attribute("北京"), **facts})
    after = deleted(known, NOW + timedelta(minutes=1), spared=["c"])
    values = {n: fact.value for n, fact in after.attributes.items()}
    assert values == {"city": "北京", "a": "", "b": "1", "c": "1"}
    untouched = person(attributes={"city": attribute("北京")})
    assert deleted(untouched, NOW, spared=()) is untouched
