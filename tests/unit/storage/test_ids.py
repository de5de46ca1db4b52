"""Ids grow, whatever the clock does, and never meet those of another node."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.ids import NODES, IdsOfWork, IdSource, moment_of_id

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@given(st.lists(st.integers(min_value=-5_000, max_value=5_000), max_size=60))
def test_ids_grow_while_the_clock_jumps(steps: list[int]) -> None:
    moments = iter([NOW, *(NOW + timedelta(milliseconds=step) for step in steps)])
    source = IdSource(lambda: next(moments))
    ids = [source.next() for _ in range(len(steps) + 1)]
    assert ids == sorted(set(ids))


def test_ids_grow_past_the_counter_while_the_clock_stands() -> None:
    source = IdSource(lambda: NOW)
    ids = [source.next() for _ in range(5_000)]
    assert ids == sorted(set(ids))
    assert moment_of_id(ids[-1]) == NOW + timedelta(milliseconds=4)


@given(st.lists(st.integers(min_value=0, max_value=3_000), max_size=8))
def test_ids_that_were_set_aside_meet_no_others_and_are_handed_out_once(counts: list[int]) -> None:
    source, ids = IdSource(lambda: NOW, node=5), list[int]()
    for count in counts:
        ids.append(source.next())
        block = source.block(count + 1)
        ids += [block.next() for _ in range(count + 1)]
        with pytest.raises(LookupError):
            block.next()
    assert ids == sorted(set(ids))


def test_nodes_never_meet() -> None:
    left, right = IdSource(lambda: NOW, node=0), IdSource(lambda: NOW, node=1)
    assert not {left.next() for _ in range(3_000)} & {right.next() for _ in range(3_000)}


def test_an_id_tells_when_it_was_made_and_fits_63_bits() -> None:
    far = datetime(2300, 1, 1, tzinfo=UTC)
    assert moment_of_id(IdSource(lambda: NOW, node=NODES - 1).next()) == NOW
    assert 0 < IdSource(lambda: far, node=NODES - 1).next() < 1 << 63


def test_threads_share_one_source() -> None:
    source = IdSource(lambda: NOW)
    with ThreadPoolExecutor(4) as pool:
        ids = list(pool.map(lambda _: source.next(), range(4_000)))
    assert len(set(ids)) == 4_000


@pytest.mark.parametrize("node", [-1, NODES])
def test_refuses_a_node_outside_its_bits(node: int) -> None:
    with pytest.raises(ValueError, match="claim_node"):
        IdSource(lambda: NOW, node=node)


def test_ids_of_a_unit_of_work_grow_and_repeat_nobodys() -> None:
    source = IdSource(lambda: NOW, node=3)
    one, other = IdsOfWork(source), IdsOfWork(source)
    mine = [one.next() for _ in range(100)]
    others = [other.next() for _ in range(100)] + [source.next()]
    assert mine == sorted(set(mine))
    assert set(mine).isdisjoint(others)
    assert moment_of_id(mine[-1]) == NOW
