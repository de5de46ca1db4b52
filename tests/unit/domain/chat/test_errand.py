"""What a reminder says; names are invented."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.chat.errand import errand_of
from domain.chat.passage import Span
from domain.chat.when import find_when
from domain.values import BUSINESS_ZONE

NOW = datetime(2026, 3, 11, 10, 0, tzinfo=BUSINESS_ZONE)

CASES = [
    ("明天下午三点提醒我回访张三", "回访张三"),
    ("提醒我明天给张三打电话", "给张三打电话"),
    ("提醒 明天10点 回访李女士", "回访李女士"),
    ("下周一叫我联系王总", "联系王总"),
    ("请明天上午10点提醒我一下：把报价发给李四", "把报价发给李四"),
    ("后天下午4点提醒我要去开会", "开会"),
    ("明天下午三点提醒我", "明天下午三点提醒我"),
]


@pytest.mark.parametrize(("text", "errand"), CASES)
def test_leaves_time_and_asking_out(text: str, errand: str) -> None:
    when = find_when(text, NOW)
    assert when is not None
    assert errand_of(text, when.span) == errand


@given(st.text(max_size=40), st.integers(0, 40), st.integers(0, 40))
def test_there_is_always_something_to_say(text: str, start: int, length: int) -> None:
    start = min(start, len(text))
    errand = errand_of(text, Span(start, min(start + length, len(text))))
    assert errand or not text.strip()
