"""How long tests wait: far longer than anything takes, so that no machine is too slow.

The product bounds its own waits by a few real seconds, as it must in production.
A test machine may stand still for longer, and then such a bound decides what a
test sees; :func:`make_product_patient` takes that away. Tests that are about a
bound set it themselves and let the other side never answer.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import aiohttp

from bot.simulator.config import DeliveryConfig
from bot.simulator.simulator import Simulator
from bot.wecom.client.transport import Bounds

if TYPE_CHECKING:
    import pytest

#: Seconds until a test gives up what must come.
PATIENCE = 120.0
#: Seconds until something gives up what never comes: only "too early" could go wrong.
NEVER_COMES = 0.05
#: Between two looks.
_LOOK_SECONDS = 0.01

#: Real seconds of the product that a standing machine would use up.
_BOUNDS = (
    "bot.cluster.redis_link.PATIENCE_SECONDS",
    "bot.doctor.callback.IN_TIME",
    "bot.doctor.stores._REDIS_PATIENCE",
    "bot.fetcher.GRACE_SECONDS",
    "bot.relay.GRACE_SECONDS",
    "bot.wecom.client.contact.WELCOME_TOTAL_FOR",
    "bot.wecom.client.kf.WELCOME_TOTAL_FOR",
    "bot.wecom.client.kf._PULL_TOTAL_FOR",
    "bot.wecom.request._READ_SECONDS",
    "storage.backup_postgres.CONNECT_TIMEOUT",
    "storage.postgres.ACQUIRE_TIMEOUT",
    "storage.postgres.CONNECT_TIMEOUT",
    "storage.postgres.STATEMENT_TIMEOUT",
)
_CLIENT_BOUNDS = ("bot.doctor.callback._PATIENCE", "bot.doctor.platform._PATIENCE")


async def until(holds: Callable[[], object]) -> None:
    """Let others work until ``holds``, which may be async, is true.

    Raises:
        TimeoutError: it did not become true for :data:`PATIENCE`.
    """
    async with asyncio.timeout(PATIENCE):
        while not await _asked(holds):  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(_LOOK_SECONDS)


async def _asked(holds: Callable[[], object | Awaitable[object]]) -> object:
    answer = holds()
    return await answer if inspect.isawaitable(answer) else answer


def make_product_patient(patch: pytest.MonkeyPatch) -> None:
    """Let every wait of the product in this process last as long as a test may wait."""
    for name in _BOUNDS:
        patch.setattr(name, PATIENCE)
    for name in _CLIENT_BOUNDS:
        patch.setattr(name, aiohttp.ClientTimeout(total=PATIENCE))
    _set_defaults(patch, Bounds.__init__, total_for=PATIENCE, connect_for=PATIENCE)
    _set_defaults(patch, DeliveryConfig.__init__, answer_within=PATIENCE, verify_within=PATIENCE)
    _set_defaults(patch, Simulator.wait_message, timeout=PATIENCE)


def _set_defaults(patch: pytest.MonkeyPatch, function: Any, **values: float) -> None:
    parameters = inspect.signature(function).parameters.values()
    defaults = {p.name: p.default for p in parameters if p.default is not p.empty}
    assert values.keys() <= defaults.keys(), f"{function.__qualname__} has other parameters now"
    patch.setattr(function, "__defaults__", tuple((defaults | values).values()))
