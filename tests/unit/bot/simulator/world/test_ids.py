"""Ids never repeat."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.simulator.world.ids import Ids


def test_words_and_numbers_of_a_run_differ() -> None:
    ids = Ids("r1")
    assert len({ids.word("m") for _ in range(100)} | {ids.word("n") for _ in range(100)}) == 200
    numbers = [ids.number() for _ in range(100)]
    assert numbers == sorted(set(numbers))


@given(st.text(st.characters(categories=["Ll", "Nd"], max_codepoint=127), min_size=1, max_size=8))
def test_numbers_are_64_bit_message_ids(run: str) -> None:
    assert 2**61 < Ids(run).number() < 2**63


def test_runs_without_a_name_differ() -> None:
    assert Ids("").run != Ids("").run
    assert Ids("").number() != Ids("").number()
