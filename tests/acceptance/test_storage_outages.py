"""The disk is full, the database server is gone: it is said, nothing is lost, nothing doubled."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from structlog.testing import capture_logs

from bot.simulator.config import DeliveryConfig
from tests.acceptance.outage import SmallDisk, can_mount, small_disk
from tests.acceptance.platform_peer import Peer, peer_of
from tests.patience import until
from tests.services import postgres
from tests.story import calm, told_by

if TYPE_CHECKING:
    from pathlib import Path

    from bot.story import Story

pytestmark = pytest.mark.timeout(600)

#: The platform gives up after three tries; ours comes again until it is taken.
PATIENT = DeliveryConfig(tries=100_000, pause=0.05)
MEMBERS = ("LiLei", "HanMeimei")
CUSTOMERS = 4
#: Longer than any lease of work.
LEASE_ENDS = timedelta(minutes=2, seconds=5)

#: How every answer to 帮助 begins.
HELP = "我能帮您："
#: Invisible marks that make equal texts differ on the wire.
MARKS = str.maketrans("", "", "\u200b\u200c\u200d\ufeff")

needs_mount = pytest.mark.skipif(not can_mount(), reason="only root may mount a small disk")


@dataclass
class Busy:
    """Members and customers who write; what each should get is counted."""

    story: Story
    peer: Peer
    customers: tuple[str, ...]
    asked: Counter[str]
    lines: Counter[str]

    async def write(self, rounds: int) -> None:
        """Let everybody write; the platform delivers when it is let in."""
        sim = self.story.demo.sim
        for _ in range(rounds):
            for member in MEMBERS:
                self.asked[member] += 1
                await sim.say_app(member, "帮助")
            for customer in self.customers:
                self.lines[customer] += 1
                await sim.say_kf(customer, f"第{self.lines[customer]}句，多少钱？")

    async def recover(self) -> None:
        """Wait until everything is taken and done; leases of lost work end meanwhile."""
        await self.story.demo.sim.settled()
        for _ in range(4):
            self.story.clock.advance(LEASE_ENDS)
            await calm(self.story.demo)

    async def check(self) -> None:
        """See that everything took effect, and once."""
        sim, parts = self.story.demo.sim, self.story.demo.service.parts
        assert all(delivery.is_accepted for delivery in sim.deliveries)
        for member, asked in self.asked.items():
            assert sum(text.count(HELP) for text in _texts(self.story, member)) == asked
        async with parts.database.read() as tx:
            told = await tx.fetch(
                "select person_id, count(*) as lines from event"
                " where kind = 'kf_message' group by 1"
            )
            people = await tx.fetch("select count(*) as n from person")
            states = await tx.fetch("select state, count(*) as n from outbox group by state")
        assert sorted(row["lines"] for row in told) == sorted(self.lines.values())
        assert people[0]["n"] == CUSTOMERS
        assert {row["state"] for row in states} <= {"sent", "merged", "failed", "pending"}
        seen = Counter(message.id for c in self.customers for message in sim.messages(f"kf:{c}"))
        assert max(seen.values()) == 1
        counts = await parts.inbox.counts()
        assert set(counts.values()) == {0}, "nothing waits and nothing was put aside"


def _texts(story: Story, member: str) -> list[str]:
    """Return what Clew said, without the marks that make equal texts differ on the wire."""
    messages = story.demo.sim.messages(f"app:{member}")
    return [m.text.translate(MARKS) for m in messages if m.sender == "clew"]


@asynccontextmanager
async def busy(folder: Path, url: str = "") -> AsyncIterator[Busy]:
    async with told_by(folder, url, PATIENT) as story, peer_of(story.demo) as peer:
        sim = story.demo.sim
        people = [sim.staff.add_customer(f"客{n}").external_userid for n in range(CUSTOMERS)]
        for person in people:
            await sim.enter_kf(person)
        everybody = Busy(story, peer, tuple(people), Counter(), Counter())
        await everybody.write(1)
        await calm(story.demo)
        yield everybody


async def readiness(peer: Peer) -> tuple[int, dict[str, Any]]:
    """Ask for it and return status and answer."""
    status, body = await peer.get("/readyz")
    return status, msgspec.json.decode(body)


async def was_refused(story: Story) -> bool:
    """Tell whether a callback was answered so that the platform comes again."""
    answers = [answer for d in story.demo.sim.deliveries for answer in d.answers[-1:]]
    return any(answer.status == 503 and answer.body == b"" for answer in answers)


async def says_so(everybody: Busy, logs: list[Any], *causes: str) -> None:
    """See probe, metric and log while callbacks are refused."""
    peer = everybody.peer
    await until(lambda: was_refused(everybody.story))
    await until(lambda: _is_not_ready(peer, causes))
    assert (await peer.get("/healthz"))[0] == 200
    _, page = await peer.get("/metrics")
    assert any(f'clew_storage_failures_total{{cause="{cause}"' in page for cause in causes)
    assert 'result="storage_unavailable"' in page
    told = [line for line in logs if line["event"] == "storage_unavailable"]
    assert {line["cause"] for line in told} & set(causes)
    assert all(line["problem"] and line["advice"] for line in told)
    refused = [line for line in logs if line["event"] == "callback_refused"]
    assert all(line["advice"] for line in refused)


async def _writes_until_refused(everybody: Busy) -> bool:
    """Write some more: the pages of tables have room left."""
    await everybody.write(5)
    return await was_refused(everybody.story)


async def _is_ready(peer: Peer) -> bool:
    return (await readiness(peer))[0] == 200


async def _is_not_ready(peer: Peer, causes: tuple[str, ...]) -> bool:
    status, said = await readiness(peer)
    return status == 503 and said["reason"] in causes and bool(said["advice"])


@needs_mount
async def test_a_full_disk_is_told_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", 64) as disk:
        async with busy(disk.folder / "data") as everybody:
            with capture_logs() as logs:
                await everybody.write(2)
                disk.fill()  # in the middle of the work
                await everybody.write(3)
                await says_so(everybody, logs, "full", "gone")
                disk.free()
                await everybody.recover()
                await until(lambda: _is_ready(everybody.peer))
            assert "storage_back" in {line["event"] for line in logs}
            await everybody.check()


@pytest.fixture
def server() -> Iterator[postgres.OwnServer]:
    """Yield a database server of the test's own, with an empty database ``clew``."""
    with postgres.own_server() as started:
        postgres.execute(started.address, "create database clew")
        yield started


@pytest.fixture
def small_tablespace(server: postgres.OwnServer) -> Iterator[tuple[str, SmallDisk]]:
    """Yield a database whose tables lie on a small disk, and the disk."""
    folder = server.folder / "small"
    with small_disk(folder, 64, server.account) as disk:
        postgres.execute(server.address, f"create tablespace small location '{folder}'")
        postgres.execute(server.address, "create database on_small tablespace small")
        yield f"{server.address}/on_small", disk
        server.stop()


@needs_mount
@pytest.mark.postgres
async def test_a_full_disk_of_the_database_server_too(
    tmp_path: Path, small_tablespace: tuple[str, SmallDisk]
) -> None:
    url, disk = small_tablespace
    async with busy(tmp_path / "data", url) as everybody:
        with capture_logs() as logs:
            disk.fill()
            await until(lambda: _writes_until_refused(everybody))
            await until(lambda: _is_not_ready(everybody.peer, ("full", "refusing")))
            refused = [line for line in logs if line["event"] == "callback_refused"]
            assert all("Free disk space" in line["advice"] for line in refused)
            disk.free()
            await everybody.recover()
            await until(lambda: _is_ready(everybody.peer))
        await everybody.check()


@pytest.mark.postgres
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["stopped", "crashed"])
async def test_a_database_server_that_was_gone_and_is_back(
    tmp_path: Path, server: postgres.OwnServer, how: signal.Signals
) -> None:
    async with busy(tmp_path / "data", f"{server.address}/clew") as everybody:
        with capture_logs() as logs:
            await everybody.write(2)
            await asyncio.to_thread(server.stop, how)  # in the middle of the work
            await everybody.write(3)
            await says_so(everybody, logs, "gone", "closed")
            await asyncio.to_thread(server.start)
            await everybody.recover()
            await until(lambda: _is_ready(everybody.peer))
        assert "storage_back" in {line["event"] for line in logs}
        await everybody.check()
