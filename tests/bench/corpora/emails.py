"""JioNLP, ``remove_email`` and ``remove_phone_number``: what is left of a text without them.

Our half of its cases holds one text with two addresses and none with a phone. A case is
right when the text without what we found, and without the label before it, is theirs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from domain.chat.extract import extract_fields
from tests.bench.corpora.held import Held, held, json_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from domain.chat.extract import Fields
    from domain.chat.fields.finding import Findings

_LABEL = re.compile(r"(?:e-?mail|邮箱|电话|手机号?)\s*[:：]\s*$", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")


def jionlp(folder: Path) -> Held:
    """Hold JioNLP's cases of addresses and phones against ours."""
    return held(
        (
            *_cases(folder / "jionlp_zh/remove_email.jsonl", lambda found: found.email),
            *_cases(folder / "jionlp_zh/remove_phone_number.jsonl", lambda found: found.phone),
        )
    )


def _cases(file: Path, field: Callable[[Fields], Findings[str]]) -> Iterator[tuple[str, bool]]:
    for case in json_lines(file):
        text = case["text"]
        yield text, _left(text, field(extract_fields(text))) == _plain(case["expected"])


def _left(text: str, found: Findings[str]) -> str:
    rest = text
    for one in sorted(found, key=lambda one: -one.span.start):
        before = _LABEL.sub("", rest[: one.span.start])
        rest = before + rest[one.span.end :]
    return _plain(rest)


def _plain(text: str) -> str:
    return _BLANKS.sub("", text)
