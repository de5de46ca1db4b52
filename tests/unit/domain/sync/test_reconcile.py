"""What differs between the platform and us, and what cannot be said to differ."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.person import RelationState
from domain.sync.reconcile import (
    Chat,
    Department,
    Difference,
    DifferenceKind,
    Follow,
    compare_chats,
    compare_departments,
    compare_employees,
    compare_follow,
    compare_places,
    compare_relations,
    compare_tags,
)

K = DifferenceKind
NAMES = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["甲", "乙"]))


def kinds(differences: list[Difference]) -> list[tuple[str, str]]:
    return [(difference.kind.value, difference.about) for difference in differences]


def test_employees_are_compared_without_case() -> None:
    kept = {"LiLei": True, "Tom": True, "Gone": False}
    assert kinds(compare_employees(["lilei", "HanMeimei"], kept)) == [
        ("missing_employee", "HanMeimei"),
        ("employee_left", "Tom"),
    ]


def test_who_left_and_is_listed_again_is_missing() -> None:
    assert kinds(compare_employees(["Gone"], {"Gone": False})) == [("missing_employee", "Gone")]


@pytest.mark.parametrize(
    ("state", "is_listed", "expected"),
    [
        (RelationState.FRIEND, True, []),
        (RelationState.FRIEND, False, ["relation_gone"]),
        (RelationState.HALF, False, []),
        (RelationState.HALF, True, []),
        (RelationState.DELETED_BY_CUSTOMER, True, []),
        (RelationState.DELETED_BY_CUSTOMER, False, []),
        (RelationState.DELETED_BY_REP, True, ["missing_relation"]),
        (RelationState.DELETED_BY_REP, False, []),
        (RelationState.TRANSFERRED, True, ["missing_relation"]),
    ],
)
def test_what_a_list_says_about_a_relation(
    state: RelationState, is_listed: bool, expected: list[str]
) -> None:
    listed = ["wm1"] if is_listed else []
    found = compare_relations("LiLei", listed, {"wm1": Follow(state=state)}, {"wm1"})
    assert [difference.kind.value for difference in found] == expected


def test_a_listed_customer_is_a_missing_person_or_a_missing_relation() -> None:
    found = compare_relations("LiLei", ["wm1", "wm2"], {}, {"wm2"})
    assert found == [
        Difference(K.MISSING_PERSON, "wm1", "LiLei"),
        Difference(K.MISSING_RELATION, "wm2", "LiLei"),
    ]


def test_a_rep_s_view_differs_in_remark_and_in_tags() -> None:
    listed, kept = Follow("甲", frozenset({"t1", "t2"})), Follow("乙", frozenset({"t3"}))
    assert compare_follow("LiLei", "wm1", listed, kept) == [
        Difference(K.REMARK, "wm1", "LiLei"),
        Difference(K.TAGS, "wm1", "LiLei", 3),
    ]
    assert compare_follow("LiLei", "wm1", listed, listed) == []


def test_what_the_platform_tells_of_a_person_has_to_be_known() -> None:
    listed = Follow(unionids=frozenset({"u1"}), phones=frozenset({"p1", "p2"}))
    kept = Follow(unionids=frozenset({"u2"}), phones=frozenset({"p2", "p3"}))
    assert compare_follow("LiLei", "wm1", listed, kept) == [
        Difference(K.UNIONID, "wm1", "LiLei"),
        Difference(K.PHONES, "wm1", "LiLei", 1),
    ]
    assert compare_follow("LiLei", "wm1", Follow(), kept) == [], "it need not tell all we know"


def test_members_differ_when_they_are_in_no_department_of_ours() -> None:
    listed = {"LiLei": {1, 2}, "Han": {3}, "New": {1}, "Untold": frozenset[int](), "Lost": {1}}
    kept = {"lilei": 2, "Han": 1, "Untold": 7, "Lost": None}
    assert kinds(compare_places(listed, kept)) == [
        ("employee_place", "Han"),
        ("employee_place", "Lost"),
    ]


def test_departments_differ_in_name_and_place() -> None:
    listed = {1: Department("总部", 0), 2: Department("", 1), 3: Department("新", 1)}
    listed |= {4: Department("销售", 2)}
    kept = {1: Department("总部", None), 2: Department("客服", 1), 4: Department("售前", 1)}
    kept |= {9: Department("撤了", 1)}
    assert kinds(compare_departments(listed, kept)) == [
        ("missing_department", "3"),
        ("department_name", "4"),
        ("department_parent", "4"),
    ]


def test_groups_differ_in_each_of_their_parts() -> None:
    listed = {"a": Chat("群", "LiLei", frozenset({"x"})), "new": Chat("", "", frozenset())}
    kept = {"a": Chat("旧", "Tom", frozenset({"y"})), "old": Chat("", "", frozenset())}
    assert compare_chats(listed, kept) == [
        Difference(K.GROUP_NAME, "a"),
        Difference(K.GROUP_OWNER, "a", "LiLei"),
        Difference(K.GROUP_MEMBERS, "a", count=2),
        Difference(K.MISSING_GROUP, "new"),
        Difference(K.GROUP_GONE, "old"),
    ]


@settings(max_examples=60)
@given(NAMES, NAMES)
def test_libraries_differ_exactly_where_they_are_not_equal(
    listed: dict[str, str], kept: dict[str, str]
) -> None:
    found = compare_tags(listed, kept)
    unequal = {key for key in listed | kept if listed.get(key) != kept.get(key)}
    assert sorted(difference.about for difference in found) == sorted(unequal)
