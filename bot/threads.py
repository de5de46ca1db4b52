"""Work in threads whose tools are put away afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def until_done(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what ``call`` returns in a thread; who is cancelled meanwhile waits for its end.

    A thread cannot be cancelled: with :func:`asyncio.to_thread` it would go on with files
    and pipes that whoever asked closes, and whose numbers others get.
    """
    working = asyncio.ensure_future(asyncio.to_thread(call, *args, **kwargs))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.wait({working})
        raise
