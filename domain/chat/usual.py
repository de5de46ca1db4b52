"""Messages that come again and again: 你好, 多少钱, 谢谢. What was read of them is remembered.

Reading is a function of the text alone, so a memory changes nothing but the time.
"""

from __future__ import annotations

import re

#: How many texts each reader remembers; a few hundred make up most short messages.
REMEMBERED = 2048
#: Longer messages are hardly ever written twice.
_LONGEST = 16
#: Nor are those with a number in them, and they may hold what is best forgotten at once.
_NUMBER = re.compile(r"[\d@]")


def comes_again(text: str) -> bool:
    """Tell whether others may write the same."""
    return len(text) <= _LONGEST and not _NUMBER.search(text)
