"""What every command needs: settings or a clear refusal, and an event loop."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from importlib.util import find_spec
from typing import Any, NoReturn, TypeVar

import click

from bot.cli.words import TEXTS, text
from bot.cluster.roles import ProcessRefusedError
from config.problems import ConfigError
from config.settings import Settings, StoreSettings, load_settings, load_store_settings
from domain.errors import ClewError
from storage.errors import StorageError

Result = TypeVar("Result")


def settings_or_exit() -> Settings:
    """Return the settings of the environment, or name everything that is wrong and exit."""
    try:
        return load_settings(TEXTS)
    except ConfigError as error:
        fail(str(error))


def store_settings_or_exit() -> StoreSettings:
    """Return what concerns the databases alone, or name what is wrong and exit."""
    try:
        return load_store_settings(TEXTS)
    except ConfigError as error:
        fail(str(error))


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine to its end; expected errors are said, not shown as tracebacks."""
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            return runner.run(main)
    except StorageError as error:
        fail(text("failed.storage", problem=error.problem, advice=error.advice))
    except ProcessRefusedError as error:
        fail(text(f"refused.{error.code}", subject=error.subject))
    except ClewError as error:
        fail(str(error))
    except OSError as error:
        reason = " ".join(filter(None, (error.strerror or str(error), error.filename)))
        fail(text("failed.system", reason=reason))


def _loop_factory() -> Any:  # noqa: ANN401 - uvloop is optional and its type with it
    if find_spec("uvloop") is None:
        return None
    import uvloop  # noqa: PLC0415 - not installed everywhere

    return uvloop.new_event_loop


def fail(message: str) -> NoReturn:
    """Say why nothing was done, and exit with 2."""
    click.echo(message, err=True)
    sys.exit(2)
