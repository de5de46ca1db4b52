"""Run until asked to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TypeVar

import click

from bot.cli.run import run, settings_or_exit
from bot.cli.words import text
from bot.clock import DrivenClock, SystemClock
from bot.cluster.roles import ALL_ROLES, ProcessRole
from bot.demo import Place, demo
from bot.interpreter import settle_in
from bot.loggers import set_up_logs
from bot.service import Service, running
from config.settings import Settings

Thing = TypeVar("Thing")


def serve_forever(roles: Collection[str]) -> None:
    """Serve with the settings of the environment; without ``roles`` do everything."""
    set_up_logs()
    settings = settings_or_exit()
    run(_serve(settings, frozenset(map(ProcessRole, roles)) or ALL_ROLES))


async def _serve(settings: Settings, roles: frozenset[ProcessRole]) -> None:
    clock = SystemClock()

    def ready(service: Service) -> str:
        settle_in()
        return text("serve.ready", address=service.address)

    await _until_stopped(running(settings, clock, roles), ready)


def demo_forever(port: int, windows_port: int, data_dir: Path) -> None:
    """Serve beside the stand-in; the demo's clock runs with real time and can be moved on."""
    set_up_logs(is_quiet=True)
    run(_demo(Place(data_dir.absolute(), port, windows_port)))


async def _demo(place: Place) -> None:
    clock = DrivenClock(SystemClock().now(), is_running=True)
    await _until_stopped(
        demo(place, clock),
        lambda both: text("demo.ready", windows=both.windows, service=both.service.address),
    )


async def _until_stopped(
    thing: AbstractAsyncContextManager[Thing], ready: Callable[[Thing], str]
) -> None:
    """Hold ``thing`` open until SIGTERM or SIGINT."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    async with thing as opened:
        click.echo(ready(opened))
        await stopping.wait()
        click.echo(text("serve.stopping"))
