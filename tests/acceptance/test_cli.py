"""The command line as a person uses it: every command in a process of its own.

Beside a running service the commands come through its socket: there the
settings of the command name a database that does not exist, so nothing could
work any other way.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import signal
import socket
import stat
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession

from bot.bootstrap import Parts, build
from bot.clock import SystemClock
from bot.demo import Place, demo
from config.settings import load_settings
from domain.messages import Endpoint, Push, Text
from domain.values import Priority
from storage.inbox import Delivery, InboxState
from storage.outbox import OutboxState, insert_pushes
from tests.acceptance.command_line import (
    FORMULA,
    GOOD,
    NEEDED,
    TEXTS,
    Told,
    clew,
    said,
    sheet,
    started,
)

COMMANDS = (
    "serve",
    "demo",
    "story",
    "migrate",
    "import",
    "sync",
    "inbox",
    "outbox",
    "backup",
    "restore",
    "keys",
    "rules",
    "t1",
    "doctor",
)
LEASE = timedelta(minutes=1)


@pytest.fixture
def settings(data: Path) -> dict[str, str]:
    return NEEDED | {"CLEW_DATA_DIR": str(data)}


@contextlib.asynccontextmanager
async def parts_of(settings: dict[str, str]) -> AsyncIterator[Parts]:
    """Open the same data as the commands do."""
    async with build(load_settings(TEXTS, settings), SystemClock()) as parts:
        yield parts


# ── help and settings ───────────────────────────────────────────────────────


async def test_help_lists_every_command_in_chinese() -> None:
    told = await clew("--help")
    assert told.status == 0
    for command in COMMANDS:
        assert f"  {command} " in told.out
        assert said(f"{command}.help") in told.out
    assert await clew("-h") == told


@pytest.mark.parametrize("command", COMMANDS)
async def test_every_command_explains_itself(command: str) -> None:
    told = await clew(command, "--help")
    assert (told.status, told.err) == (0, "")
    assert said(f"{command}.help") in told.out


@pytest.mark.parametrize("words", [("serve",), ("inbox", "list")])
async def test_wrong_settings_are_all_named_with_their_remedy(words: tuple[str, ...]) -> None:
    told = await clew(*words, CLEW_APP_TOKEN="not a token", CLEW_LISTEN_PORT="eighty")
    assert (told.status, told.out) == (2, "")
    assert TEXTS.get("config.heading", count=len(NEEDED) + 1) in told.err
    for variable in (*NEEDED, "CLEW_LISTEN_PORT"):
        assert f"· {variable}：" in told.err
    assert "1–32 位字母或数字" in told.err
    assert "not a token" not in told.err


@pytest.mark.parametrize(
    "words",
    [
        ("inbox", "list", "--limit", "0"),
        ("outbox", "list", "--limit", "-1"),
        ("inbox", "replay", "0"),
        ("outbox", "replay", "99999999999999999999"),
        ("inbox", "replay", "seven"),
        ("demo", "--port", "65536"),
        ("story", "--redeliver", "0"),
        ("lose",),
    ],
)
async def test_words_that_mean_nothing_are_refused(words: tuple[str, ...]) -> None:
    told = await clew(*words)
    assert (told.status, told.out) == (2, "")


# ── migrate ─────────────────────────────────────────────────────────────────


async def test_migrating_asks_for_what_concerns_the_database_alone() -> None:
    told = await clew("migrate")
    assert told.status == 2
    assert "CLEW_MASTER_KEY" in told.err
    assert "CLEW_APP_SECRET" not in told.err


async def test_migrating_twice_changes_nothing_the_second_time(tmp_path: Path) -> None:
    settings = NEEDED | {"CLEW_DATA_DIR": str(tmp_path / "data")}
    first = await clew("migrate", **settings)
    assert first.status == 0
    assert said("migrate.applied", name="clew.0001_initial") in first.out
    assert said("migrate.applied", name="inbox.0001_initial") in first.out
    second = await clew("migrate", **settings)
    assert (second.status, second.out.strip()) == (0, said("migrate.done", count=0))
    assert (tmp_path / "data" / "clew.db").is_file()


async def test_a_database_out_of_reach_is_said_without_its_password(
    settings: dict[str, str],
) -> None:
    url = "postgresql://clew:hush-hush@127.0.0.1:9/clew"
    told = await clew("migrate", **settings | {"CLEW_DATABASE_URL": url})
    assert (told.status, told.out) == (2, "")
    assert "PostgreSQL" in told.err
    assert "hush-hush" not in told.err


async def test_a_data_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    told = await clew("migrate", **NEEDED, CLEW_DATA_DIR=str(file / "data"))
    assert told.status == 2
    assert str(file) in told.err


# ── inbox and outbox ────────────────────────────────────────────────────────


async def a_parked_row(parts: Parts) -> int:
    """Put a delivery, and park it as the worker does after too many attempts."""
    now = datetime.now(UTC)
    delivery = Delivery("wecom:clew", b"key", "user:LiLei", Priority.NORMAL, b"<xml/>", now)
    assert await parts.inbox.put(lambda: delivery)
    (claimed,) = await parts.inbox.claim(1, LEASE, now)
    assert await parts.inbox.park(claimed.lease_token, claimed.id, "ParseError: no root")
    return claimed.id


async def a_failed_push(parts: Parts) -> int:
    """Put a push, and fail it as the relay does when the platform refuses it."""
    now = datetime.now(UTC)
    push = Push(Endpoint.APP_MESSAGE, "clew", "LiLei", Text("悄悄话"), "text:1")
    async with parts.database.write() as tx:
        await insert_pushes(tx, parts.store.vault, parts.store.ids, [push], now)
    (claimed,) = await parts.outbox.claim(1, LEASE, now)
    assert await parts.outbox.fail(claimed, "errcode 81013")
    return claimed.id


async def test_parked_deliveries_are_listed_and_replayed(settings: dict[str, str]) -> None:
    async with parts_of(settings) as parts:
        row_id = await a_parked_row(parts)
    listed = await clew("inbox", "list", **settings)
    assert listed.status == 0
    for word in (str(row_id), "wecom:clew user:LiLei", "parked", "ParseError: no root"):
        assert word in listed.out
    replayed = await clew("inbox", "replay", str(row_id), **settings)
    assert (replayed.status, replayed.out.strip()) == (0, said("queue.replayed", id=row_id))
    again = await clew("inbox", "replay", str(row_id), **settings)
    assert (again.status, again.out.strip()) == (1, said("queue.not_replayed", id=row_id))
    async with parts_of(settings) as parts:
        assert [row.id for row in await parts.inbox.list(InboxState.PENDING, 10)] == [row_id]


async def test_failed_pushes_are_listed_and_replayed(settings: dict[str, str]) -> None:
    async with parts_of(settings) as parts:
        row_id = await a_failed_push(parts)
    listed = await clew("outbox", "list", **settings)
    assert listed.status == 0
    for word in (str(row_id), "app_message LiLei", "failed", "errcode 81013"):
        assert word in listed.out
    assert "悄悄话" not in listed.out
    assert (await clew("outbox", "replay", str(row_id), **settings)).status == 0
    async with parts_of(settings) as parts:
        assert [row.id for row in await parts.outbox.list(OutboxState.PENDING, 10)] == [row_id]


async def test_a_state_that_does_not_exist_is_answered_with_those_that_do(
    settings: dict[str, str],
) -> None:
    told = await clew("outbox", "list", "--state", "lost", **settings)
    assert told == Told(2, "", said("queue.no_such_state", state="lost") + "\n")
    for state in (*InboxState, *OutboxState):
        assert state in told.err


async def test_updates_that_nothing_takes_are_listed(settings: dict[str, str]) -> None:
    assert await clew("inbox", "unknown", **settings) == Told(0, said("queue.empty") + "\n", "")


async def test_the_socket_of_a_killed_service_is_no_service(
    settings: dict[str, str], data: Path
) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(data / "clew.sock"))
    assert await clew("inbox", "list", **settings) == Told(0, said("queue.empty") + "\n", "")


# ── serve and demo ──────────────────────────────────────────────────────────


@contextlib.asynccontextmanager
async def running(*words: str, **variables: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start a command that stays, and wait for its first line; it is ended afterwards."""
    process = await started(*words, **variables)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def line_of(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    return (await process.stdout.readline()).decode()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_the_service_starts_answers_and_ends_when_asked(
    number: signal.Signals, settings: dict[str, str], free_port: Callable[[], int]
) -> None:
    port = free_port()
    there = {"CLEW_LISTEN_PORT": str(port), "CLEW_QYAPI_BASE": "http://127.0.0.1:9"}
    async with running("serve", **settings | there) as process:
        address = f"http://127.0.0.1:{port}"
        assert await line_of(process) == said("serve.ready", address=address) + "\n"
        async with ClientSession() as session, session.get(f"{address}/readyz") as response:
            assert response.status == 200
        process.send_signal(number)
        out, err = await process.communicate()
    assert (process.returncode, out.decode()) == (0, said("serve.stopping") + "\n")
    assert "Traceback" not in err.decode()


async def test_a_port_that_is_taken_is_said(
    settings: dict[str, str], free_port: Callable[[], int]
) -> None:
    with socket.socket() as taken:
        port = free_port()
        taken.bind(("127.0.0.1", port))
        taken.listen()
        told = await clew("serve", **settings | {"CLEW_LISTEN_PORT": str(port)})
    assert (told.status, told.out) == (2, "")
    assert str(port) in told.err


async def test_the_demo_tells_where_to_look_and_keeps_its_data(tmp_path: Path) -> None:
    words = ("demo", "--port", "0", "--windows-port", "0", "--data-dir", str(tmp_path / "demo"))
    async with running(*words) as process:
        windows = re.search(r"http://127\.0\.0\.1:\d+", await line_of(process))
        assert windows is not None
        async with ClientSession() as session, session.get(windows.group()) as response:
            assert response.status == 200
        process.send_signal(signal.SIGINT)
        out, _ = await process.communicate()
    assert process.returncode == 0
    assert said("serve.stopping") in out.decode()
    assert (tmp_path / "demo" / "clew.db").is_file()


# ── beside a running service ────────────────────────────────────────────────


@dataclass(frozen=True)
class Beside:
    """A running service, and the settings of a command that cannot reach its database itself."""

    parts: Parts
    settings: dict[str, str]


@pytest.fixture
async def beside(settings: dict[str, str], data: Path) -> AsyncIterator[Beside]:
    async with demo(Place(data), SystemClock()) as both:
        out_of_reach = {"CLEW_DATABASE_URL": "postgresql://127.0.0.1:9/nowhere"}
        yield Beside(both.service.parts, settings | out_of_reach)


async def test_an_import_goes_through_the_running_service(beside: Beside, tmp_path: Path) -> None:
    made = sheet(tmp_path, *GOOD, "4,王五,1392641783x,展会,,杭州,否", "5,赵六", FORMULA)
    told = await clew(*made.words, **beside.settings)
    assert (told.status, told.err) == (1, "")
    assert said("import.done", leads=3, faults=2) in told.out
    assert [(line, column) for line, column, _ in made.errors()] == [(4, "手机"), (5, "")]
    async with beside.parts.database.read() as tx:
        names = {row["name"] for row in await tx.fetch("select name from person")}
    assert {"张三", "李四", '=HYPERLINK("https://example.com")'} <= names


async def test_queues_are_asked_of_the_running_service(beside: Beside) -> None:
    listed, done, replayed = await asyncio.gather(
        clew("inbox", "list", "--state", "lost", **beside.settings),
        clew("outbox", "list", "--state", "failed", **beside.settings),
        clew("outbox", "replay", "1", **beside.settings),
    )
    assert listed == Told(2, "", said("queue.no_such_state", state="lost") + "\n")
    assert done == Told(0, said("queue.empty") + "\n", "")
    assert replayed == Told(1, said("queue.not_replayed", id=1) + "\n", "")


async def test_only_the_user_of_the_service_may_open_the_door(beside: Beside) -> None:
    mode = beside.parts.settings.office_socket.stat().st_mode
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o600
