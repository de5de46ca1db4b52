"""Chunks made ready in a process of its own: the same rows, and no keys to be seen."""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

from bot import preparing
from bot.clock import DrivenClock
from domain.intake.mapping import Fault, FileMapping
from handlers.actions.import_prepare import Prepared, ReadyRow
from handlers.files.chunks import Chunk
from storage.ids import IdSource
from storage.unit_of_work import Store
from storage.vault import Vault
from tests.unit.handlers.company import CONTEXT, KEYS

MAPPING = FileMapping(
    "crm", uid="id", name="name", phone="phone", channel="channel", missing=frozenset({"-", "无"})
)
HEADER = ("id", "name", "phone", "channel")


def chunk(first: int, *more: Sequence[str] | None) -> Chunk:
    rows = [(str(n), f"客户{n}", f"1590000{n:04}", "expo") for n in range(first, first + 5)]
    lines = [*rows, *more]
    return Chunk(HEADER, range(2, 2 + len(lines)), lines)


CHUNKS = (chunk(0), chunk(5, ("x",), None, ("1", "", "12", "")), chunk(10))


async def made_ready(clock: DrivenClock, processes: int) -> list[Prepared]:
    """Make all chunks ready; processes are looked at and then killed after the first."""
    store = Store(None, Vault(KEYS), IdSource(clock.now))  # type: ignore[arg-type]
    found = []
    async with (
        preparing.preparing(MAPPING, CONTEXT, store, clock, processes) as ready,
        aclosing(ready.over(iter(CHUNKS))) as each,
    ):
        async for _, prepared in each:
            found.append(prepared)
            if processes and len(found) == 1:
                looked_through(os.getpid())
                for hand in ready._hands:
                    assert isinstance(hand, preparing._Process)
                    hand._process.kill()
                    hand._process.join()
    return found


def looked_through(parent: int) -> None:
    """Look for master keys in what everybody on the machine may see of our processes."""
    shown = [bytes(key) for key in KEYS.keys.values()]
    written = [form for key in shown for form in (key, key.hex().encode(), base64.b64encode(key))]
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
    assert children
    for child in children:
        for name in ("cmdline", "environ"):
            seen = Path(f"/proc/{child}/{name}").read_bytes()
            assert not any(form in seen for form in written)


def told(prepared: Sequence[Prepared]) -> list[object]:
    """Return what does not depend on chance: seals differ each time."""
    return [(p.faults, [_row(row) for row in p.rows]) for p in prepared]


def _row(row: ReadyRow) -> object:
    if row.new is None:
        return row.place, row.blinds
    lead_id, person, _, _, lead, events = row.new
    return row.place, row.blinds, lead_id, person, lead, events


async def test_another_process_makes_the_same_and_what_it_leaves_behind_is_done_here(
    clock: DrivenClock,
) -> None:
    here = await made_ready(clock, 0)
    assert here[1].faults == {
        5: (Fault("", "row_too_short"),),
        6: (Fault("", "not_csv"),),
        7: (Fault("phone", "phone_wrong_length"),),
    }
    assert told(await made_ready(clock, 1)) == told(here)


def test_a_small_file_is_not_worth_a_process() -> None:
    assert preparing.processes_for(preparing.WORTH_A_PROCESS - 1) == 0
    assert 1 <= preparing.processes_for(preparing.WORTH_A_PROCESS) <= preparing.MOST_PROCESSES
