from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wecom.truncate import cut_bytes, cut_characters, cut_linked_bytes, sound

FAMILY = "👨‍👩‍👧"
FLAG = "🇨🇳"
THUMB = "👍🏽"
texts = st.text(alphabet=st.one_of(st.characters(), st.sampled_from(f"张三…{FAMILY}{FLAG}{THUMB}")))


@pytest.mark.parametrize(
    ("text", "limit", "cut"),
    [
        ("short", 10, "short"),
        ("exactly 10", 10, "exactly 10"),
        ("eleven char", 10, "eleven ch…"),
        ("一二三四五六", 5, "一二三四…"),
        (f"ab{FAMILY}cdef", 6, "ab…"),
        (f"a{FLAG}{FLAG}bcd", 5, f"a{FLAG}…"),
        (f"abc{THUMB}de", 5, "abc…"),
        ("cafe\u0301 au lait", 5, "caf…"),
    ],
)
def test_cards_are_cut_between_whole_characters(text: str, limit: int, cut: str) -> None:
    assert cut_characters(text, limit) == cut


@pytest.mark.parametrize(
    ("text", "limit", "cut"),
    [
        ("一二三", 9, "一二三"),
        ("一二三四", 9, "一二…"),
        ("一二三四", 11, "一二…"),
        ("a😀b", 6, "a😀b"),
        ("a😀bcd", 7, "a…"),
        ("a😀bcd", 8, "a😀bcd"),
        (f"ab{FAMILY}{FAMILY}", 25, f"ab{FAMILY}…"),
    ],
)
def test_messages_are_cut_by_bytes_between_whole_characters(
    text: str, limit: int, cut: str
) -> None:
    assert cut_bytes(text, limit) == cut


def test_a_text_of_emoji_keeps_to_2048_bytes() -> None:
    cut = cut_bytes("😀" * 600, 2048)
    assert len(cut.encode()) <= 2048
    assert cut == "😀" * 511 + "…"


@given(texts, st.integers(min_value=3, max_value=60))
def test_no_cut_is_longer_than_its_limit(text: str, limit: int) -> None:
    assert len(cut_characters(text, limit)) <= limit
    assert len(cut_bytes(text, limit).encode()) <= limit
    assert len(cut_linked_bytes(text, limit).encode()) <= limit


@given(texts, st.integers(min_value=3, max_value=60))
def test_a_cut_is_the_beginning_of_the_text(text: str, limit: int) -> None:
    for cut in (cut_characters(text, limit), cut_bytes(text, limit)):
        assert cut == sound(text) or sound(text).startswith(cut.removesuffix("…"))


@given(texts)
def test_a_text_that_fits_is_left_alone(text: str) -> None:
    assert cut_bytes(text, 4 * len(text) + 4) == sound(text)


def test_half_a_surrogate_pair_is_replaced() -> None:
    assert sound("a\ud83db") == "a\ufffdb"
    cut_bytes("\ud83d" * 50, 20).encode()


def test_a_link_is_kept_or_dropped_whole() -> None:
    link = '<a href="https://crm.example.com/l/1">查看线索</a>'
    text = f"新线索 {link} 请尽快联系"
    full = len(text.encode())
    assert cut_linked_bytes(text, full) == text
    assert cut_linked_bytes(text, full - 3).startswith(f"新线索 {link}")
    assert cut_linked_bytes(text, 40) == "新线索 …"
