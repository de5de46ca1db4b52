"""Chunks made ready ahead: whoever stops leaves no thread behind that still works on one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from threading import Event, get_ident
from typing import Any

import pytest

from bot.clock import DrivenClock
from bot.preparing import Preparing
from handlers.actions.import_prepare import Prepared
from handlers.files.chunks import Chunk
from storage.ids import IdSource
from storage.unit_of_work import Store
from storage.vault import Vault
from tests.patience import NEVER_COMES, PATIENCE, until
from tests.unit.handlers.company import KEYS


class Gate:
    """Holds threads up."""

    def __init__(self) -> None:
        self.may_pass = Event()
        self.inside: set[int] = set()

    def pass_through(self) -> None:
        self.inside.add(get_ident())
        assert self.may_pass.wait(PATIENCE)
        self.inside.discard(get_ident())


class Hand:
    """Makes chunks ready when it may."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def make_ready(self, asked: Any) -> Prepared:
        self._gate.pass_through()
        return Prepared(asked.now)


def chunk() -> Chunk:
    return Chunk(("id",), (2,), (("1",),))


def held_up(gate: Gate) -> Iterator[Chunk]:
    yield chunk()
    gate.pass_through()


@pytest.mark.parametrize("holds_reader", [False, True])
async def test_whoever_is_cancelled_waits_until_all_hands_and_the_reader_are_free(
    clock: DrivenClock, holds_reader: bool
) -> None:
    gate = Gate()
    hands = [Hand(gate), Hand(gate)]
    chunks = held_up(gate) if holds_reader else iter([chunk() for _ in range(5)])
    store = Store(None, Vault(KEYS), IdSource(clock.now))  # type: ignore[arg-type]

    async def take_all() -> None:
        async with aclosing(Preparing(hands, store, clock).over(chunks)) as each:
            async for _ in each:
                pass

    taking = asyncio.create_task(take_all())
    await until(lambda: len(gate.inside) == 2)
    taking.cancel()
    done, _ = await asyncio.wait({taking}, timeout=NEVER_COMES)
    assert not done
    gate.may_pass.set()
    with pytest.raises(asyncio.CancelledError):
        await taking
    assert not gate.inside
