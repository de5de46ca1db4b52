"""Starting, stopping and starting again: nothing lost, nothing doubled."""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import aiohttp
from aiohttp import web

from bot.clock import SystemClock
from bot.demo import Place, demo_environment
from bot.simulator.app import SIMULATOR, create_simulator
from bot.simulator.demo import demo_config
from tests.acceptance.command_line import said, started
from tests.patience import until
from tests.services.ports import START_SECONDS

if TYPE_CHECKING:
    from pathlib import Path

    from bot.simulator.simulator import Simulator

ZHANG_SAN = "wmClewDemoZhangSan00000000000001"
CONTACT_WAY = "cwexpo2026b7000000000000000000001"
STAFF = ("LiLei", "HanMeimei", "WangManager")


@asynccontextmanager
async def running(*words: str, **variables: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start a command and wait until it is ready; stop it afterwards and see how it ends."""
    process = await started(*words, **variables)
    try:
        assert process.stdout is not None
        async with asyncio.timeout(START_SECONDS):
            line = (await process.stdout.readline()).decode()
        assert "http://" in line
        yield process
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(START_SECONDS):
            out, err = await process.communicate()
        assert (process.returncode, "Traceback" in err.decode()) == (0, False)
        assert said("serve.stopping") in out.decode()
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


class Windows:
    """The windows of a demo in another process, over their own interface."""

    def __init__(self, http: aiohttp.ClientSession, address: str) -> None:
        self._http = http
        self._address = address

    async def act(self, what: str, **fields: str) -> None:
        body = {"do": what, **fields}
        async with self._http.post(f"{self._address}/ui/act", json=body) as answer:
            assert (await answer.json())["ok"]

    async def sees(self, conversation: str, pattern: str) -> None:
        """Wait until a window, which is in another process, has ``pattern`` in a message."""

        async def is_shown() -> bool:
            return re.search(pattern, await self._shown(conversation)) is not None

        await until(is_shown)

    async def _shown(self, conversation: str) -> str:
        async with self._http.get(f"{self._address}/ui/state") as answer:
            state = await answer.json()
        return str([c["messages"] for c in state["conversations"] if c["id"] == conversation])


async def test_a_demo_is_ready_and_goes_on_where_it_stopped(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    port, windows_port = free_port(), free_port()
    service, windows = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{windows_port}"
    words = ("demo", "--port", str(port), "--windows-port", str(windows_port))
    words += ("--data-dir", str(tmp_path / "demo"))
    async with aiohttp.ClientSession() as http:
        async with running(*words):
            for path, content in (
                ("healthz", "alive"),
                ("readyz", "ready"),
                ("metrics", "clew_inbox_rows"),
            ):
                async with http.get(f"{service}/{path}") as answer:
                    assert answer.status == 200
                    assert content in await answer.text()
            seen = Windows(http, windows)
            await seen.act("scan", customer=ZHANG_SAN, config_id=CONTACT_WAY)
            await seen.sees(f"friend:{ZHANG_SAN}:LiLei", "我是李雷")
            await seen.act("say", conversation="app:WangManager", sender="WangManager", text="漏斗")
            await seen.sees("app:WangManager", "名单总数 1")
        async with running(*words):
            seen = Windows(http, windows)
            ask = {"conversation": "app:WangManager", "sender": "WangManager"}
            await seen.act("say", **ask, text="线索 张三")
            await seen.sees("app:WangManager", "客户画像")
            await seen.act("say", **ask, text="漏斗")
            await seen.sees("app:WangManager", "名单总数 1")


@asynccontextmanager
async def platform(clew: str) -> AsyncIterator[tuple[Simulator, str]]:
    """Run the stand-in here; it calls a service in another process for as long as it takes."""
    config = demo_config(clew)
    delivery = replace(config.delivery, tries=5000, pause=0.02)
    app = create_simulator(replace(config, delivery=delivery), SystemClock())
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield app[SIMULATOR], f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_a_stop_in_the_middle_loses_nothing_and_doubles_nothing(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    port = free_port()
    async with platform(f"http://127.0.0.1:{port}") as (sim, address):
        variables = demo_environment(Place(tmp_path, port), address)
        variables["CLEW_LISTEN_PORT"] = str(port)
        async with running("serve", **variables):
            await say_much(sim)
            await until(lambda: sum(map(len, answers(sim).values())) > 2)
            # … and is stopped with most of it still on its way.
        await say_much(sim)
        async with running("serve", **variables):
            await until(lambda: all(d.is_accepted for d in sim.deliveries))
            await until(lambda: all(len(found) == 2 * MANY for found in answers(sim).values()))


MANY = 10


async def say_much(sim: Simulator) -> None:
    """Let everybody ask for help many times at once."""
    for _ in range(MANY):
        for userid in STAFF:
            await sim.say_app(userid, "帮助")


def answers(sim: Simulator) -> dict[str, list[str]]:
    """Return what Clew answered to whom."""
    return {
        userid: [m.text for m in sim.messages(f"app:{userid}") if m.sender == "clew"]
        for userid in STAFF
    }
