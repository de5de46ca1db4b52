"""Which lists follow from which, and what a refusal costs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.sync.part import (
    FIRST_PARTS,
    FOLLOWERS_AT_ONCE,
    OWNERS_AT_ONCE,
    PartKind,
    PartPlan,
    PartState,
    Retreat,
    SyncPart,
    after_refusal,
    chunks,
    parts_of_departments,
    parts_of_followers,
)

CUSTOMERS, GROUPS = PartKind.CUSTOMERS, PartKind.GROUPS
NOT_ALLOWED, NONE_AT_ALL, TOO_MANY = 60011, 84061, 81017


def part(kind: PartKind, *about: str) -> SyncPart:
    return SyncPart(1, 1, kind, about)


@settings(max_examples=50)
@given(st.lists(st.text("abc", min_size=1, max_size=3)), st.integers(1, 5))
def test_chunks_hold_every_word_once_and_are_no_longer_than_asked(
    words: list[str], size: int
) -> None:
    made = chunks(words, size)
    assert [word for some in made for word in some] == list(dict.fromkeys(words))
    assert all(1 <= len(some) <= size for some in made)


def test_a_run_begins_with_what_everything_else_follows_from() -> None:
    assert [plan.kind for plan in FIRST_PARTS] == ["departments", "tags"]
    assert parts_of_departments([1, 7]) == [
        PartPlan(PartKind.MEMBERS, ("1",)),
        PartPlan(PartKind.MEMBERS, ("7",)),
    ]


def test_customers_are_asked_for_some_members_at_a_time_and_groups_for_all() -> None:
    followers = [f"rep{number}" for number in range(FOLLOWERS_AT_ONCE + 1)]
    *customers, groups = parts_of_followers(followers)
    assert [len(plan.about) for plan in customers] == [FOLLOWERS_AT_ONCE, 1]
    assert groups == PartPlan(GROUPS)


def test_one_member_who_may_not_be_asked_about_costs_nobody_elses_customers() -> None:
    singles = (PartPlan(CUSTOMERS, ("a",)), PartPlan(CUSTOMERS, ("b",)))
    assert after_refusal(part(CUSTOMERS, "a", "b"), NOT_ALLOWED, ()) == Retreat(
        PartState.DONE, singles
    )


@pytest.mark.parametrize(
    ("refused", "errcode", "state"),
    [
        (part(CUSTOMERS, "a"), NONE_AT_ALL, PartState.DONE),
        (part(CUSTOMERS, "a"), NOT_ALLOWED, PartState.FAILED),
        (part(PartKind.TAGS), NONE_AT_ALL, PartState.FAILED),
        (part(GROUPS), NOT_ALLOWED, PartState.FAILED),
        (part(GROUPS, "a"), TOO_MANY, PartState.FAILED),
    ],
)
def test_a_refusal_ends_the_list(refused: SyncPart, errcode: int, state: PartState) -> None:
    assert after_refusal(refused, errcode, ["a"]) == Retreat(state)


def test_too_many_groups_are_asked_for_by_owner() -> None:
    owners = [f"rep{number}" for number in range(OWNERS_AT_ONCE + 1)]
    decided = after_refusal(part(GROUPS), TOO_MANY, owners)
    assert decided.state is PartState.DONE
    assert [len(plan.about) for plan in decided.instead] == [OWNERS_AT_ONCE, 1]
