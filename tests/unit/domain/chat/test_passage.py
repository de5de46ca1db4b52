from __future__ import annotations

from domain.chat.passage import Passage, Span


def test_looks_around_a_position_within_its_clause() -> None:
    passage = Passage.of("你好，我的电话是１３８，谢谢")
    assert passage.text == "你好,我的电话是138,谢谢"
    assert passage.clause_before(8) == "我的电话是"
    assert passage.before(8, 6) == ",我的电话是"
    assert passage.clause_after(8) == "138"
    assert passage.after(8, 5) == "138,谢"


def test_spans_know_what_they_share() -> None:
    assert Span(0, 3).overlaps(Span(2, 5))
    assert not Span(0, 3).overlaps(Span(3, 5))
    assert Span(1, 3).cut("abcd") == "bc"
