"""A replica that stands still for longer than its lease, and wakes up: no effect twice."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.simulator.demo import demo_config
from bot.simulator.faults.fault import Fault, FaultKind
from bot.simulator.world.windows import MessageKind
from bot.story import START
from storage.leases import PRESENT
from tests.acceptance.file_clock import FileClock
from tests.acceptance.replica_process import Plan
from tests.acceptance.replicas import Cluster, OwnRedis, Replica, cluster, own_redis, told
from tests.patience import until

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.timeout(900)]

CUSTOMERS, LINES = 6, 4
#: Longer than every lease of work.
LEASES_END = timedelta(minutes=2, seconds=5)


@pytest.fixture
def redis() -> Iterator[OwnRedis]:
    with own_redis() as server:
        yield server


@pytest.fixture
async def replicas(tmp_path: Path, postgres_url: str, redis: OwnRedis) -> AsyncIterator[Cluster]:
    clock_file = tmp_path / "clock"
    clock = FileClock.starting_at(clock_file, START)
    plan = Plan(
        data_dir=str(tmp_path / "data"),
        database_url=postgres_url,
        redis_url=redis.url,
        windows="",
        clock=str(clock_file),
        roles=[],
    )
    async with cluster(plan, clock, told(demo_config(), tries=200, pause=0.2)) as opened:
        yield opened


async def scalar(replicas: Cluster, statement: str) -> int:
    """Return the one number that a statement asks for."""
    async with replicas.service.parts.database.read() as tx:
        (row,) = await tx.fetch(statement)
    return int(row["n"])


async def pause_with_work(replica: Replica, in_hand: Callable[[], Awaitable[int]]) -> None:
    """Stop the replica's process at a moment at which it has rows in a lease."""

    async def is_caught() -> bool:
        replica.process.send_signal(signal.SIGSTOP)
        # Twice: what was on its way to the database when it stopped arrives between.
        if await in_hand() and await in_hand():
            return True
        replica.process.send_signal(signal.SIGCONT)
        return False

    await until(is_caught)


async def arrive(replicas: Cluster) -> list[str]:
    """Let customers come into 微信客服; return who they are."""
    staff = replicas.sim.staff
    people = [staff.add_customer(f"客{n}").external_userid for n in range(CUSTOMERS)]
    for person in people:
        await replicas.sim.enter_kf(person)
    await replicas.calm()
    return people


async def ask(replicas: Cluster, people: list[str], line: int) -> None:
    await asyncio.gather(*(replicas.sim.say_kf(p, f"第{line}句，多少钱？") for p in people))


async def each_line_counts_once(replicas: Cluster, people: list[str], lines: int) -> None:
    """See every sentence as one event, every answer in one message."""
    async with replicas.service.parts.database.read() as tx:
        told_lines = await tx.fetch(
            "select person_id, count(*) as lines from event where kind = 'kf_message' group by 1"
        )
        people_known = await tx.fetch("select id from person")
        pushes = await tx.fetch(
            "select state, error from outbox where endpoint in ('kf_message', 'kf_event_message')"
        )
    assert [row["lines"] for row in told_lines] == [lines] * len(people)
    assert len(people_known) == len(people)
    # Too many answers to one sentence go out together, or not at all: the platform's limit.
    assert {(row["state"], row["error"]) for row in pushes} <= {
        ("sent", ""),
        ("merged", ""),
        ("failed", "allowance_used"),
    }
    seen = [
        message.id
        for person in people
        for message in replicas.sim.messages(f"kf:{person}")
        if message.sender != person and message.kind is not MessageKind.EVENT
    ]
    assert max(Counter(seen).values()) == 1
    assert len(seen) == sum(row["state"] == "sent" for row in pushes) > 0


async def test_a_paused_worker_is_taken_over_and_its_late_writes_are_refused(
    replicas: Cluster,
) -> None:
    _, paused = await replicas.start_all(("web", "relay", "scheduler"), ("worker",))
    people = await arrive(replicas)

    async def in_hand() -> int:
        return await scalar(
            replicas,
            "select count(*) as n from inbox where state = 'leased' and source like 'kf:%'",
        )

    for line in range(LINES):
        await ask(replicas, people, line)
    await pause_with_work(paused, in_hand)
    await replicas.start("worker")
    replicas.clock.advance(LEASES_END)
    await replicas.calm()
    done = await scalar(replicas, "select count(*) as n from applied")
    paused.process.send_signal(signal.SIGCONT)
    await ask(replicas, people, LINES)
    for _ in range(3):
        await asyncio.sleep(1)
        replicas.clock.advance(LEASES_END)
        await replicas.calm()
    assert await scalar(replicas, "select count(*) as n from applied") > done
    await each_line_counts_once(replicas, people, LINES + 1)
    assert paused.stop() == 0


async def test_a_paused_relay_is_taken_over_and_nobody_reads_anything_twice(
    replicas: Cluster,
) -> None:
    _, paused = await replicas.start_all(("web", "worker", "scheduler"), ("relay",))
    people = await arrive(replicas)
    replicas.sim.faults.add(
        Fault(FaultKind.SLOW, "*/kf/send_msg", seconds=1.0, times=CUSTOMERS * LINES)
    )

    async def in_hand() -> int:
        return await scalar(replicas, "select count(*) as n from outbox where state = 'leased'")

    for line in range(LINES):
        await ask(replicas, people, line)
    await pause_with_work(paused, in_hand)
    await replicas.start("relay")
    replicas.clock.advance(LEASES_END)
    await replicas.calm()
    assert not await in_hand(), "another has sent what the paused one had in hand"
    paused.process.send_signal(signal.SIGCONT)
    await asyncio.sleep(1)
    replicas.clock.advance(LEASES_END)
    await replicas.calm()
    await each_line_counts_once(replicas, people, LINES)
    assert paused.stop() == 0


async def test_a_paused_scheduler_finds_its_fencing_number_too_low(replicas: Cluster) -> None:
    schedulers = {}
    await replicas.start_all(("web", "worker"), ("relay",))
    for scheduler in await replicas.start_all(("scheduler",), ("scheduler",)):
        schedulers[scheduler.process.pid] = scheduler
    customer = replicas.sim.staff.add_customer("张三").external_userid
    await replicas.sim.enter_kf(customer)
    await replicas.sim.say_kf(customer, "你好，孩子三年级，想报数学班，多少钱？")
    await replicas.sim.say_kf(customer, "我电话 139 0000 1234，想约周六试听")
    await replicas.calm()
    holder, fencing = await on_duty(replicas)
    paused = schedulers[int(holder.split(":")[1])]
    paused.process.send_signal(signal.SIGSTOP)
    replicas.clock.advance(timedelta(hours=3))

    async def is_taken_over() -> bool:
        return (await on_duty(replicas))[0] != holder

    await until(is_taken_over)
    await replicas.calm()
    paused.process.send_signal(signal.SIGCONT)
    await asyncio.sleep(1)
    await replicas.calm()
    now_holder, now_fencing = await on_duty(replicas)
    assert now_holder != holder
    assert now_fencing > fencing
    fired = await scalar(
        replicas, "select count(*) as n from timer where state in ('fired', 'done')"
    )
    swept = await scalar(replicas, "select count(*) as n from inbox where source = 'timer'")
    assert swept >= fired > 0
    effects = await scalar(
        replicas, "select count(*) - count(distinct dedupe_key) as n from outbox"
    )
    assert effects == 0
    assert paused.stop() == 0


async def on_duty(replicas: Cluster) -> tuple[str, int]:
    """Return who sweeps timers, and the fencing number."""
    async with replicas.service.parts.database.read() as tx:
        row = await tx.fetch_one(PRESENT, "timer-sweep")
    return (row["holder"], row["fencing"]) if row else ("", 0)
