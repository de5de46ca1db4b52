"""What a reminder shall say: the errand without the time and without the asking."""

from __future__ import annotations

import re

from domain.chat.passage import Span

_ASKING = re.compile(
    r"^(?:请|麻烦(?:你|您)?|帮我|到时候?|记得|[,，。:：、\s])*"
    r"(?:(?:提醒|叫|喊|通知|告诉)(?:我们|我|一下|下|要|去|[,，:：\s])*)+"
)
_EDGE = " \t\n,，。;；:：、!！"


def errand_of(text: str, time: Span) -> str:
    """Return what is to be done: ``明天下午三点提醒我回访张三`` → ``回访张三``.

    ``time`` is the span of the time expression. What is left of the sentence when
    nothing else was said is the sentence itself.
    """
    rest = f"{text[: time.start].strip(_EDGE)}{text[time.end :].strip(_EDGE)}"
    errand = _ASKING.sub("", rest).strip(_EDGE)
    return errand or text.strip()
