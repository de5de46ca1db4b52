"""A message of 100 KB must not hang: time grows with the length, not with its square.

Each reader gets long rows of what its own patterns look for; the limit is far above what
is measured (at most about a second each) and far below what a square would take.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import datetime

import pytest

from domain.chat.command import read_command
from domain.chat.extract import extract_fields
from domain.chat.fields.written_phones import find_written_phones
from domain.chat.follow_up import read_follow_up
from domain.chat.intent import read_intent
from domain.chat.money import find_money
from domain.chat.numbers import find_numbers
from domain.chat.passage import Passage
from domain.chat.times import find_times
from domain.chat.when import find_when
from domain.cleaning.name import normalise_name
from domain.cleaning.phone import normalise_phone
from domain.cleaning.text import clean_text
from domain.values import BUSINESS_ZONE

NOW = datetime(2026, 3, 11, 10, 0, tzinfo=BUSINESS_ZONE)
LENGTH = 100_000
#: Long enough for a square to show, short enough to try every pattern on every reader.
ROW = 10_000
LIMIT_SECONDS = 10

PATTERNS = [
    "1",
    "1 ",
    "一",
    "0086",
    "138-",
    "13800138000 ",
    "a",
    "a@",
    "ab@cd.ef,",
    "wxid_",
    "微信",
    "我叫",
    "王",
    "有限公司",
    "北京",
    "三年级",
    "预算5000",
    "三五千",
    "别",
    "不要再",
    "别 ",
    "打电话",
    "周",
    "周一",
    "三点",
    "3月3号",
    "正月初",
    "每周一三五",
    "张三丰李四",
    ",",
    "\n",
    "(",
    "+",
    "😀",
]
READERS: dict[str, Callable[[str], object]] = {
    "fields": extract_fields,
    "intent": read_intent,
    "money": find_money,
    "numbers": find_numbers,
    "written phones": lambda text: find_written_phones(Passage.of(text)),
    "times": lambda text: find_times(text, NOW),
    "when": lambda text: find_when(text, NOW),
    "follow-up": lambda text: read_follow_up(text, NOW),
    "command": read_command,
    "phone": normalise_phone,
    "name": normalise_name,
    "text": clean_text,
}


def seconds_for(reader: Callable[[str], object], text: str) -> float:
    began = time.thread_time()  # of the processor: a machine that stands still costs none
    reader(text)
    return time.thread_time() - began


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_long_rows_of_anything_are_read_in_time(reader: Callable[[str], object]) -> None:
    slow = {
        pattern: seconds
        for pattern in PATTERNS
        if (seconds := seconds_for(reader, pattern * (ROW // len(pattern)))) > LIMIT_SECONDS
    }
    assert slow == {}


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_a_long_mix_is_read_in_time(reader: Callable[[str], object]) -> None:
    signs = "一二三十点周月日号明后天前半上下午晚别不要再打发电话微信北京预算我叫是0123456789 ,。-:"
    text = "".join(random.Random(3).choices(signs, k=LENGTH))
    assert seconds_for(reader, text) < LIMIT_SECONDS
