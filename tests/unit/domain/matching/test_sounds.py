from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.matching.sounds import sound_of


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        ("纷扬", "fen yan"),
        ("重庆", "zong qin"),
        ("吕氏", "lv si"),
        ("a纷", ""),
        ("纷 扬", ""),
        ("", ""),
        ("龘", ""),
    ],
)
def test_a_text_sounds_like_its_syllables(text: str, sound: str) -> None:
    assert sound_of(text) == sound


@pytest.mark.parametrize(
    ("one", "other"), [("张", "脏"), ("陈", "城"), ("林", "凌"), ("山", "三"), ("方", "翻")]
)
def test_what_many_do_not_tell_apart_is_one(one: str, other: str) -> None:
    assert sound_of(one) == sound_of(other)


@pytest.mark.parametrize(("one", "other"), [("南", "兰"), ("红", "横"), ("黄", "房")])
def test_other_sounds_stay_apart(one: str, other: str) -> None:
    assert sound_of(one) != sound_of(other)


@given(st.text(alphabet="纷扬杨分北京上海科技", min_size=1, max_size=6))
def test_every_character_has_one_syllable(text: str) -> None:
    assert len(sound_of(text).split()) == len(text)
