"""Sensitive words are found however they are disguised, and ordinary words are not."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.screening.words import HitKind, Word, WordList, WordOptions


def typed(words: WordList, text: str) -> list[str]:
    return [hit.typed for hit in words.hits(text)]


def listed(*words: str, **options: bool) -> WordList:
    return WordList(map(Word, words), WordOptions(**options))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("这个傻瓜", "傻瓜"),
        ("傻*瓜，你好", "傻*瓜"),
        ("傻 瓜", "傻 瓜"),
        ("傻\u200b瓜", "傻\u200b瓜"),
        ("傻😀瓜", "傻😀瓜"),
        ("傻傻瓜瓜", "傻傻瓜瓜"),
        ("加微信賭博吗", "賭博"),
        ("ＦＯＯＬ", "ＦＯＯＬ"),
        ("f.o.o.l!", "f.o.o.l"),
        ("ⒻⓞⓞⒾ ⓕ⒪⒪⒧", "ⓕ⒪⒪⒧"),
        ("fооl", "fооl"),  # Cyrillic о
        ("买⑥合彩", "⑥合彩"),
        ("买陆合彩", "陆合彩"),
        ("买6合彩", "6合彩"),
    ],
)
def test_a_disguised_word_is_found_as_it_was_typed(text: str, found: str) -> None:
    assert typed(listed("傻瓜", "赌博", "fool", "六合彩"), text) == [found]


@pytest.mark.parametrize(
    "text", ["傻，瓜", "傻\n瓜", "foolish", "傻的瓜", "fol", "妈来了", "", "！？", "1001", "10 01"]
)
def test_an_ordinary_text_is_let_through(text: str) -> None:
    assert typed(listed("傻瓜", "fool", "妈妈", "101"), text) == []


def test_a_latin_word_may_stand_between_chinese_ones() -> None:
    assert typed(listed("fool"), "你这个fool吗") == ["fool"]
    assert typed(listed("fool", whole_english=False), "foolish") == ["fool"]


def test_an_exception_covers_what_lies_within_it() -> None:
    words = WordList([Word("五星"), Word("五星红旗", is_allowed=True)])
    assert typed(words, "五星红旗，五星") == ["五星"]


def test_of_hits_that_begin_together_the_longest_stands() -> None:
    assert typed(listed("赌", "赌博", "赌博网站", "网站"), "赌博网站") == ["赌博网站"]


def test_a_hit_names_word_category_and_place() -> None:
    (hit,) = WordList([Word("六合彩", "涉赌")]).hits("买6 合彩")
    assert (hit.word, hit.category, hit.start, hit.end) == ("六合彩", "涉赌", 1, 5)
    assert hit.kind is HitKind.WORD


def test_digits_addresses_and_mails_are_hits_when_asked_for() -> None:
    everything = WordList(options=WordOptions(digits_from=8, emails=True, urls=True))
    text = "加9⓿二肆⁹₈③⑸⒋➃㈤㊄，邮箱 a@b.com，看 http://c.cn/d 12"
    assert typed(everything, text) == ["9⓿二肆⁹₈③⑸⒋➃㈤㊄", "a@b.com", "http://c.cn/d"]
    assert typed(WordList(), text) == []
    assert everything
    assert not WordList()


def test_cases_of_the_shared_data(shared_data: Path) -> None:
    cases = (shared_data / "sensitive_words" / "cases.jsonl").read_text(encoding="utf-8")
    for case in map(json.loads, cases.splitlines()):
        wanted = case["options"]
        options = WordOptions(
            whole_english=wanted.get("english_whole_word", False),
            digits_from=wanted.get("num_check", 0),
            emails=wanted.get("email_check", False),
            urls=wanted.get("url_check", False),
        )
        assert typed(WordList(map(Word, case["deny"]), options), case["text"]) == case["expect"]


_SIGNS = st.text(alphabet="傻瓜赌博fol六6⑥ *，妈\n", max_size=20)


@given(st.lists(_SIGNS, max_size=6), _SIGNS)
@settings(max_examples=200)
def test_hits_lie_apart_and_in_the_text_and_repeat(words: list[str], text: str) -> None:
    compiled = WordList(map(Word, words))
    hits = compiled.hits(text)
    assert hits == compiled.hits(text)
    assert all(hit.typed == text[hit.start : hit.end] and hit.typed for hit in hits)
    assert all(left.end <= right.start for left, right in pairwise(hits))


@given(st.text(alphabet="傻瓜赌博六合彩", min_size=1, max_size=6), _SIGNS, _SIGNS)
@settings(max_examples=100)
def test_a_word_is_found_whatever_stands_around_it(word: str, before: str, after: str) -> None:
    hits = listed(word).hits(f"{before}{word}{after}")
    assert any(hit.word == word for hit in hits)
