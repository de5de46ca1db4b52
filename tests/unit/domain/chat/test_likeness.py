from __future__ import annotations

from domain.chat.likeness import learn

COLOURS = learn({"warm": "红色 橙红色 大红", "cold": "蓝色 天蓝色 深蓝"})


def test_prefers_the_label_with_the_likest_examples() -> None:
    scores = COLOURS.scores("浅蓝")
    assert scores["cold"] > 0 > scores["warm"]


def test_says_nothing_about_unknown_text() -> None:
    assert COLOURS.scores("xyz") == {"warm": 0.0, "cold": 0.0}
    assert COLOURS.familiarity("xyz") == 0.0


def test_knows_its_own_examples() -> None:
    assert COLOURS.familiarity("红色") == 1.0
    assert COLOURS.familiarity("") == 0.0
