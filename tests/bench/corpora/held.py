"""What it takes to hold a corpus against ours: its rows and the score."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Held:
    """How many cases there are, how many are right, and the others as text."""

    cases: int
    right: int
    wrong: list[str]


def held(results: Iterable[tuple[str, bool]]) -> Held:
    """Count ``(case, is right)``."""
    listed = list(results)
    wrong = [case for case, is_right in listed if not is_right]
    return Held(len(listed), len(listed) - len(wrong), wrong)


def json_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file of JSON lines, packed or not."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def json_of(path: Path) -> Any:
    """Return the content of a JSON file."""
    return json.loads(path.read_text(encoding="utf-8-sig"))
