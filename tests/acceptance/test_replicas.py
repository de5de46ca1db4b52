"""Several processes as one service: the same effects, whatever of it dies."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from bot.demo import Place, demo_environment
from bot.simulator.demo import OPEN_KFID, demo_config
from bot.simulator.world.app_chat import DropReason
from bot.simulator.world.windows import MessageKind
from bot.story import START, Story
from domain.messages import Endpoint, Push, Text
from storage.leases import PRESENT
from tests.acceptance.file_clock import FileClock
from tests.acceptance.fingerprint import differences, fingerprint
from tests.acceptance.replica_process import Plan
from tests.acceptance.replicas import Cluster, OwnRedis, cluster, own_redis, told
from tests.shared import ROOT
from tests.story import WORDS, day_turns_held, play_whole, told_by

if TYPE_CHECKING:
    from bot.story import Played

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.timeout(1800)]

REP = "LiLei"
REMINDERS = 70
CUSTOMERS, LINES = 6, 8
#: Between two looks where a bell should do: nobody takes it for a quick answer.
RARELY_SECONDS = 30.0
#: Invisible marks that make equal texts differ on the wire.
MARKS = str.maketrans("", "", "\u200b\u200c\u200d\ufeff")
#: Longer than every lease of work.
LEASES_END = timedelta(minutes=2, seconds=5)


@pytest.fixture(scope="module", autouse=True)
def _days_do_not_turn() -> Iterator[None]:
    with day_turns_held():
        yield


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
    # The platform comes again for as long as a replica may take to start.
    async with cluster(plan, clock, told(demo_config(), tries=200, pause=0.2)) as opened:
        yield opened


async def test_the_story_has_the_effects_of_one_process_though_redis_dies_in_the_middle(
    replicas: Cluster, redis: OwnRedis, tmp_path: Path
) -> None:
    async with told_by(tmp_path / "alone") as alone:
        await play_whole(alone)
        expected = await fingerprint(alone.demo)

    def lose_and_find_redis(step: Played) -> None:
        if step.key == "enrich":
            redis.kill()
        elif step.key == "expire":
            redis.start()

    await replicas.start_all(
        ("web",), ("worker",), ("worker",), ("relay",), ("relay",), ("scheduler",)
    )
    story = Story(replicas, replicas.clock, WORDS.get)  # type: ignore[arg-type]
    is_whole = await story.play(lose_and_find_redis)
    assert is_whole, story.played[-1]
    assert replicas.sim.dropped == []
    assert differences(expected, await fingerprint(replicas)) == []  # type: ignore[arg-type]
    assert [replica.stop() for replica in replicas.replicas] == [0] * 6


async def test_an_answer_passes_through_three_processes_without_waiting_for_a_look(
    replicas: Cluster,
) -> None:
    replicas.plan = msgspec.structs.replace(replicas.plan, looks_every=RARELY_SECONDS)
    await replicas.start_all(("web",), ("worker",), ("relay",))
    customer = replicas.sim.staff.add_customer("张三").external_userid
    await replicas.sim.enter_kf(customer)
    await replicas.calm()
    took = []
    for _ in range(5):
        await replicas.calm()
        seen = len(replicas.sim.messages(window := f"kf:{customer}"))
        started = time.monotonic()
        await replicas.sim.say_kf(customer, "多少钱？")
        while len(replicas.sim.messages(window)) < seen + 2:  # noqa: ASYNC110 - theirs and ours
            await asyncio.sleep(0.005)
        took.append(time.monotonic() - started)
    # Callback, pull, message, answer: four hand-overs. A bell may be lost, not all of them.
    assert min(took) < RARELY_SECONDS / 2, took


async def test_killed_replicas_lose_nothing_and_double_nothing(replicas: Cluster) -> None:
    web, worker, _, relay, _ = await replicas.start_all(
        ("web",), ("worker", "scheduler"), ("worker",), ("relay",), ("relay",)
    )
    people = [replicas.sim.staff.add_customer(f"客{n}").external_userid for n in range(CUSTOMERS)]
    for person in people:
        await replicas.sim.enter_kf(person)
    for line in range(LINES):
        await asyncio.gather(*(replicas.sim.say_kf(p, f"第{line}句，多少钱？") for p in people))
        if line == 2:
            worker.kill()
        if line == 4:
            relay.kill()
        if line == 5:
            web.kill()
            await replicas.start("web", "scheduler", port=web.port)
    await replicas.sim.settled()
    assert all(delivery.is_accepted for delivery in replicas.sim.deliveries)
    await replicas.start_all(("worker",), ("relay",))
    for _ in range(3):  # a lease of a killed process, then what waited behind it
        await asyncio.sleep(1)
        replicas.clock.advance(LEASES_END)
    await replicas.calm()

    async with replicas.service.parts.database.read() as tx:
        told = await tx.fetch(
            "select person_id, count(*) as lines from event where kind = 'kf_message' group by 1"
        )
        sent = await tx.fetch("select id from outbox where endpoint = 'kf_message'")
        left = await tx.fetch("select state from outbox where state in ('pending', 'leased')")
    assert [row["lines"] for row in told] == [LINES] * CUSTOMERS
    assert left == []
    answers = [
        message
        for person in people
        for message in replicas.sim.messages(f"kf:{person}")
        if message.sender != person and message.kind is not MessageKind.EVENT
    ]
    assert sent
    assert max(Counter(message.id for message in answers).values()) == 1
    assert len(answers) <= len(sent)
    assert {drop.reason for drop in replicas.sim.dropped} <= {DropReason.DUPLICATE}


async def test_a_member_gets_no_more_than_the_platform_lets_through_from_two_relays(
    replicas: Cluster,
) -> None:
    _, first, _ = await replicas.start_all(("worker",), ("relay",), ("relay",))
    parts = replicas.service.parts
    async with parts.store.unit_of_work(replicas.clock.now()) as work:
        for number in range(REMINDERS):
            work.send(
                Push(
                    endpoint=Endpoint.APP_MESSAGE,
                    account="1000002",
                    receiver=REP,
                    body=Text(f"提醒 {number}"),
                    dedupe_key=f"reminder:{number}",
                )
            )
        await work.commit()
    for turn in range(60):
        await replicas.service.settle()
        if turn == 3:
            first.kill()
            await replicas.start("relay")
        replicas.clock.advance(timedelta(seconds=10))
    await replicas.service.settle()
    shown = (m.text.translate(MARKS) for m in replicas.sim.messages(f"app:{REP}"))
    reminders = sorted(text for text in shown if text.startswith("提醒"))
    assert reminders == sorted(f"提醒 {number}" for number in range(REMINDERS))
    assert replicas.sim.dropped == []


async def test_another_scheduler_takes_over_and_timers_go_on(replicas: Cluster) -> None:
    await replicas.start_all(("web", "worker"), ("relay",), ("scheduler",), ("scheduler",))
    customer = replicas.sim.staff.add_customer("张三").external_userid
    await replicas.sim.enter_kf(customer)
    await replicas.sim.say_kf(customer, "你好，孩子三年级，想报数学班，多少钱？")
    await replicas.sim.say_kf(customer, "我电话 139 0000 1234，想约周六试听")
    await replicas.calm()
    holder = await _holder(replicas)
    on_duty = next(r for r in replicas.replicas if f":{r.process.pid}:" in holder)
    on_duty.kill()
    replicas.clock.advance(timedelta(hours=3))
    await replicas.calm()  # ends when no timer is due any more
    assert await _holder(replicas) not in {"", holder}
    async with replicas.service.parts.database.read() as tx:
        fired = await tx.fetch("select id from timer where state in ('fired', 'done')")
        swept = await tx.fetch("select id from inbox where source = 'timer'")
    assert fired
    assert len(swept) >= len(fired)


async def _holder(replicas: Cluster) -> str:
    async with replicas.service.parts.database.read() as tx:
        row = await tx.fetch_one(PRESENT, "timer-sweep")
    return row["holder"] if row else ""


@pytest.mark.parametrize("role", ["web", "relay"])
def test_a_role_of_its_own_is_refused_on_sqlite_in_plain_words(tmp_path: Path, role: str) -> None:
    environment = demo_environment(Place(tmp_path), "http://127.0.0.1:1")
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "bot", "serve", "--role", role],
        cwd=ROOT,
        env={"PATH": "", "CLEW_REDIS_URL": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "SQLite 只支持一个进程" in done.stderr
    assert OPEN_KFID not in done.stderr
