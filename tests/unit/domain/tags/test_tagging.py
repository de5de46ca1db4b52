"""Names of tags, and the tags of people who turned out to be one."""

from __future__ import annotations

import pytest

from domain.tags.nearest import nearest
from domain.tags.tagging import Tagging, TagSource, joined, name_of
from domain.values import PersonId, Refusal
from tests.factories import NOW


def tagging(name: str, person: int = 1, source: TagSource = TagSource.HAND) -> Tagging:
    return Tagging(PersonId(person), name, value=True, source=source, since=NOW)


@pytest.mark.parametrize(
    ("word", "name"),
    [("高意向", "高意向"), ("  高 意向 ", "高 意向"), ("ＶＩＰ", "VIP"), ("x" * 30, "x" * 30)],
)
def test_names_are_kept_in_one_form(word: str, name: str) -> None:
    assert name_of(word) == name


@pytest.mark.parametrize(
    ("word", "code"),
    [("", "tag_without_name"), (" \t", "tag_without_name"), ("高" * 31, "tag_name_too_long")],
)
def test_what_is_no_name_is_refused(word: str, code: str) -> None:
    refused = name_of(word)
    assert isinstance(refused, Refusal)
    assert refused.code == code


def test_of_a_merged_person_only_the_rule_tags_of_the_root_count() -> None:
    root = {"价值": tagging("价值", 1, TagSource.RULE)}
    other = {
        "价值": tagging("价值", 2, TagSource.RULE),
        "活跃": tagging("活跃", 2, TagSource.RULE),
        "高意向": tagging("高意向", 2),
    }
    assert joined([root, other]) == {"价值": root["价值"], "高意向": other["高意向"]}


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("高意向", "高意向"),
        ("vip客户", "VIP客户"),
        ("高意象", "高意向"),
        ("高向意", "高意向"),
        ("价格敏", "价格敏感"),
        ("意向", None),
        ("完全不同", None),
    ],
)
def test_a_slip_falls_on_the_name_that_was_meant(word: str, meant: str | None) -> None:
    assert nearest(word, ["高意向", "VIP客户", "价格敏感"]) == meant


def test_a_slip_between_two_names_means_neither() -> None:
    assert nearest("高意N", ["高意A", "高意B"]) is None
