from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cleaning.text import clean_text, fold
from domain.cleaning.traditional import SIMPLIFIED


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("１３８ＡＢＣ", "138ABC"),
        ("你好，（测试）：？", "你好,(测试):?"),
        ("①②⓪", "120"),
        ("𝟏𝟐", "12"),
        ("1️⃣", "1  "),
        ("電話號碼", "电话号码"),
        ("a\u200bb\u3000c", "a b c"),
        ("a\nb", "a\nb"),
        ("…㈱", "…㈱"),
        ("ｱ", "ア"),
    ],
)
def test_folds_position_by_position(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_cleans_blanks() -> None:
    assert clean_text("　張 \u200b 三\n李四 ") == "张 三 李四"


@given(st.text())
def test_folding_keeps_the_length_and_is_idempotent(text: str) -> None:
    folded = fold(text)
    assert len(folded) == len(text)
    assert fold(folded) == folded


def test_no_simplified_character_is_itself_traditional() -> None:
    assert not SIMPLIFIED.keys() & set(SIMPLIFIED.values())
    assert all(len(pair[0]) == len(pair[1]) == 1 for pair in SIMPLIFIED.items())
    assert len(SIMPLIFIED) > 2_400


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("北京紛揚科技", "北京纷扬科技"),
        ("滙豐銀行", "汇丰银行"),
        ("亞信聯創", "亚信联创"),
        ("瑋業堃記", "玮业堃记"),
        ("毕昇、乾隆、昇腾", "毕昇、乾隆、昇腾"),
    ],
)
def test_traditional_characters_become_simplified_and_names_of_the_mainland_stay(
    typed: str, folded: str
) -> None:
    assert fold(typed) == folded
