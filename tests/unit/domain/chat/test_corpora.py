"""Other people's corpora: floors below today's figures, so that none sinks unnoticed.

``make bench NAME=text`` prints the figures themselves; docs/reference/text.md explains them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.bench.corpora import amounts, companies, intents, phones, recognizers_times

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bench.corpora.held import Held

FLOORS: dict[str, tuple[Callable[[Path], Held], float]] = {
    "phones": (phones.score, 0.97),
    "brands": (companies.score, 0.95),
    "money": (amounts.jionlp, 1.0),
    "numbers": (amounts.recognizers_numbers, 0.97),
}
MOST_FALSE_PER_1000 = 40


@pytest.mark.parametrize("name", FLOORS)
def test_most_cases_are_read_as_labelled(name: str, shared_data: Path) -> None:
    score, floor = FLOORS[name]
    held = score(shared_data)
    assert held.right >= floor * held.cases, held.wrong


def test_most_time_expressions_are_read_with_their_value(shared_data: Path) -> None:
    score = recognizers_times.score(shared_data)
    assert score.right >= 0.9 * score.cases, score.wrong


def test_small_talk_is_taken_for_nothing_costly(shared_data: Path) -> None:
    false = intents.false_intents(shared_data)
    assert false.opt_outs_per_1000 == 0
    assert false.per_1000 <= MOST_FALSE_PER_1000
