from __future__ import annotations

import re

from domain.cleaning.words import any_word, word_set


def test_a_table_is_a_set_of_its_words() -> None:
    assert word_set("\n  张 李\n  张 ") == {"张", "李"}


def test_the_longest_word_wins_and_signs_are_literal() -> None:
    assert re.findall(any_word("总 总监 c++"), "总监会c++") == ["总监", "c++"]
