"""Making the chunks of a file ready, ahead of whoever stores them.

A large file is read, normalised, blinded and sealed in processes of its own. They are
spawned, and get keys and tables through a pipe: nothing of it stands in an argument or
in the environment. A process ends when its pipe does, however its parent ended.
"""

from __future__ import annotations

import asyncio
import gc
import signal
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

import msgspec
import structlog

from bot.cores import cores
from bot.threads import until_done
from domain.intake.mapping import Fault
from handlers.actions.import_prepare import IDS_PER_ROW, Line, Prepared, Preparer
from handlers.files.chunks import Chunk
from handlers.files.plan import Plan
from storage.ids import IdBlock
from storage.vault import MasterKeys, Vault

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

    from domain.channels.placing import Placing
    from domain.intake.mapping import FileMapping
    from handlers.context import Context
    from handlers.ports import Clock
    from storage.unit_of_work import Store

log = structlog.get_logger("clew.importer")

#: The fault of a row that broke what took it in.
DEFECT = "row_defect"
#: A file with fewer rows is done before a process would have started.
WORTH_A_PROCESS = 12_000
#: Two make more ready than one stores; each takes some 130 MiB.
MOST_PROCESSES = 2
#: Seconds until a process that does not end is ended.
_END_SECONDS = 5.0
#: The collector of a process that makes tuples by the million finds nothing; let it look seldom.
_LOOK_EVERY = 200_000


def processes_for(rows: int) -> int:
    """Return how many processes make a file ready: a core is left to whoever stores."""
    if rows < WORTH_A_PROCESS:
        return 0
    return max(1, min(MOST_PROCESSES, cores() - 1))


@dataclass(frozen=True, slots=True)
class _SetUp:
    """What a process has to know, picklable."""

    plan: str
    zone: ZoneInfo
    placing: Placing
    keys: MasterKeys

    def preparer(self) -> Preparer:
        mapping = Plan.read(self.plan).leads
        if mapping is None:
            message = "the plan is none of leads"
            raise TypeError(message)
        return Preparer(mapping, self.zone, self.placing, Vault(self.keys))


@dataclass(frozen=True, slots=True)
class _Asked:
    header: Sequence[str]
    lines: Sequence[Line]
    ids: IdBlock
    now: datetime


# Both ways through a pipe, at a fifth of what pickling costs.
_encode = msgspec.msgpack.Encoder().encode
_ASKED = msgspec.msgpack.Decoder(_Asked)
_ANSWER: msgspec.msgpack.Decoder[Prepared | None] = msgspec.msgpack.Decoder(Prepared | None)


class _Hand(Protocol):
    def make_ready(self, asked: _Asked) -> Prepared: ...


class _Here:
    """Makes chunks ready in a thread of this process; a row that breaks stops no other."""

    def __init__(self, set_up: _SetUp) -> None:
        self._preparer = set_up.preparer()

    def make_ready(self, asked: _Asked) -> Prepared:
        try:
            return self._preparer.prepare(asked.header, asked.lines, asked.ids, asked.now)
        except Exception:
            log.exception("chunk_broke", rows=len(asked.lines))
        return self._one_by_one(asked)

    def _one_by_one(self, asked: _Asked) -> Prepared:
        whole = Prepared(asked.now)
        for place, line in enumerate(asked.lines):
            try:
                one = self._preparer.prepare(asked.header, [line], asked.ids, asked.now)
            except Exception:
                log.exception("row_broke")
                whole.faults[place] = (Fault("", DEFECT),)
                continue
            whole.rows += [row._replace(place=place) for row in one.rows]
            whole.faults.update(dict.fromkeys([place][: len(one.faults)], one.faults.get(0, ())))
            whole.aliases |= one.aliases
        return whole


class _Process:
    """Makes chunks ready in a process; what breaks there is done here."""

    def __init__(self, set_up: _SetUp) -> None:
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process: SpawnProcess = context.Process(
            target=_serve, args=(theirs, set_up), name="clew-import", daemon=True
        )
        self._process.start()
        theirs.close()
        self._set_up = set_up
        self._here: _Here | None = None

    def make_ready(self, asked: _Asked) -> Prepared:
        if self._here is None:
            try:
                self._pipe.send_bytes(_encode(asked))
                found = _ANSWER.decode(self._pipe.recv_bytes())
            except (EOFError, OSError):
                log.warning("preparing_process_died", exit=self._process.exitcode)
                self._here, found = _Here(self._set_up), None
            if found is not None:
                return found
        return (self._here or _Here(self._set_up)).make_ready(asked)

    def close(self) -> None:
        self._pipe.close()
        self._process.join(_END_SECONDS)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


def _serve(pipe: Connection, set_up: _SetUp) -> None:
    """Answer until the other side is gone; None for a chunk that broke."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's is meant for the parent
    preparer = set_up.preparer()
    gc.freeze()
    gc.set_threshold(_LOOK_EVERY)
    with suppress(EOFError, OSError):
        while True:
            asked = _ASKED.decode(pipe.recv_bytes())
            try:
                found = preparer.prepare(asked.header, asked.lines, asked.ids, asked.now)
            except Exception:  # noqa: BLE001 - the parent does it again, and tells
                pipe.send_bytes(_encode(None))
            else:
                pipe.send_bytes(_encode(found))


class Preparing:
    """Makes the chunks of one file ready, some of them ahead."""

    def __init__(self, hands: Sequence[_Hand], store: Store, clock: Clock) -> None:
        """Let ``hands`` work."""
        self._hands = hands
        self._ids = store.ids
        self._clock = clock

    async def over(
        self, chunks: Iterator[Chunk], most: int = 1
    ) -> AsyncGenerator[tuple[Chunk, Prepared], None]:
        """Yield each chunk with what was made ready of it, in order.

        ``most`` are made ready ahead, beside those that are under way.
        Whoever leaves early waits until every hand is free: then they may be closed.
        """
        free: asyncio.LifoQueue[_Hand] = asyncio.LifoQueue()
        for hand in self._hands:
            free.put_nowait(hand)
        ahead: deque[tuple[Chunk, asyncio.Task[Prepared]]] = deque()
        try:
            while True:
                while len(ahead) < len(self._hands) + most:
                    chunk = await until_done(next, chunks, None)
                    if chunk is None:
                        break
                    asked = self._asked(chunk)
                    ahead.append((chunk, asyncio.create_task(_made_ready(free, asked))))
                if not ahead:
                    return
                first, task = ahead.popleft()
                yield first, await task
        finally:
            for _, task in ahead:
                task.cancel()
            await asyncio.gather(*(task for _, task in ahead), return_exceptions=True)

    def _asked(self, chunk: Chunk) -> _Asked:
        ids = self._ids.block(max(chunk.size, 1) * IDS_PER_ROW)
        return _Asked(chunk.header, chunk.lines, ids, self._clock.now())


async def _made_ready(free: asyncio.LifoQueue[_Hand], asked: _Asked) -> Prepared:
    hand = await free.get()
    try:
        return await until_done(hand.make_ready, asked)
    finally:
        free.put_nowait(hand)


@asynccontextmanager
async def preparing(
    mapping: FileMapping, ctx: Context, store: Store, clock: Clock, processes: int
) -> AsyncIterator[Preparing]:
    """Yield what makes the chunks of one file ready, in so many processes or in a thread."""
    placing = ctx.catalog.placing
    set_up = _SetUp(Plan(leads=mapping).text(), ctx.zone, placing, store.vault.keys)
    if not processes:
        yield Preparing([_Here(set_up)], store, clock)
        return
    hands = [_Process(set_up) for _ in range(processes)]
    try:
        yield Preparing(hands, store, clock)
    finally:
        await asyncio.to_thread(_close, hands)


def _close(hands: Sequence[_Process]) -> None:
    for hand in hands:
        hand.close()
