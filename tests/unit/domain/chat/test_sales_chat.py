"""Sales-chat messages written before the readers were: how many are understood."""

from __future__ import annotations

import pytest

from tests.unit.domain.chat.sales_chat import READERS, rows, wrong

#: Share of a file's messages that must come out to the letter.
FLOOR = 0.97


@pytest.mark.parametrize("name", READERS)
def test_nearly_all_messages_are_read_to_the_letter(name: str) -> None:
    missed = wrong(name)
    assert len(missed) <= (1 - FLOOR) * len(rows(name)), missed


def test_there_are_hundreds_of_messages() -> None:
    assert sum(len(rows(name)) for name in READERS) >= 300
