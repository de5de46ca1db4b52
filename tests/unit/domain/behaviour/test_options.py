"""Attributes that know all their values: Chinese words in texts, codes in trees."""

from __future__ import annotations

import pytest

from config.load import load_catalog
from config.texts import load_texts
from domain.behaviour.checking.check import check, understood
from domain.behaviour.mistakes import LanguageError
from domain.behaviour.reading.parse import parse
from domain.behaviour.showing.show import show
from domain.behaviour.syntax import Attribute, Comparison, Literal, Member, Relation
from domain.behaviour.vocabulary import Term
from domain.behaviour.words import Language

TEXTS = load_texts()
VOCABULARY = load_catalog(TEXTS).vocabulary
STATUS = Attribute("status")


@pytest.mark.parametrize(
    "text",
    [
        "跟进状态 = '明确意向'",
        "状态 = '明确意向'",
        "status = 'clear'",
        "状态 = 'CLEAR'",
        "'明确意向' = 状态",
    ],
)
def test_a_value_is_written_by_its_word_or_its_code(text: str) -> None:
    found = parse(text, VOCABULARY)
    assert isinstance(found, Comparison)
    assert {found.left, found.right} == {STATUS, Literal("clear")}


def test_several_values_are_written_in_the_words_of_the_language() -> None:
    found = parse("阶段 不属于 ('跟进中', 'dormant')", VOCABULARY)
    inner = Member(Attribute("stage"), (Literal("following"), Literal("dormant")))
    assert show(inner, VOCABULARY) == "阶段 属于 ('跟进中', '沉积')"
    assert show(inner, VOCABULARY, Language.ENGLISH) == "stage in ('following', 'dormant')"
    assert parse(show(found, VOCABULARY), VOCABULARY) == found


@pytest.mark.parametrize(
    ("text", "column", "hint"),
    [
        ("状态 = '明确意象'", 6, "明确意向"),
        ("状态 = '跟进中'", 6, "阶段 = '跟进中'"),
        ("阶段 属于 ('跟进中', '商际')", 15, "商机"),
        ("等级 != 'E级'", 7, "D级"),
    ],
)
def test_a_value_that_is_none_is_refused_with_what_was_meant(
    text: str, column: int, hint: str
) -> None:
    with pytest.raises(LanguageError) as raised:
        understood(text, VOCABULARY)
    (mistake,) = raised.value.mistakes
    assert (mistake.code, mistake.column) == ("unknown_value", column)
    assert mistake.hint == hint
    assert "可用的有" in mistake.in_words(TEXTS)


def test_other_relations_and_other_attributes_take_any_text() -> None:
    for text in ("状态 包含 '意向'", "城市 = '哪里'", "状态 = 渠道", "状态 有值"):
        understood(text, VOCABULARY)


def test_a_tree_of_codes_is_checked_as_well() -> None:
    check(Comparison(Relation.EQUAL, STATUS, Literal("won")), VOCABULARY)
    with pytest.raises(LanguageError, match="unknown value"):
        check(Comparison(Relation.EQUAL, STATUS, Literal("lost")), VOCABULARY)


def test_a_word_that_means_another_code_is_not_used_for_its_own() -> None:
    term = Term("x", options=(("a", "b"), ("b", "c")))
    assert [term.code_of(word) for word in ("a", "b", "c", "d")] == ["a", "b", "b", None]
    assert (term.word_of("a"), term.word_of("b")) == ("a", "c")
