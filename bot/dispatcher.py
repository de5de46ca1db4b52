"""One update to its handler, with one log line and one count."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import structlog

from bot.metrics import UNKNOWN
from handlers.actions.record import keep_unknown

if TYPE_CHECKING:
    from handlers.context import Context
    from handlers.routing import Router
    from handlers.updates import Update
    from storage.inbox import Claimed
    from storage.unit_of_work import UnitOfWork

log = structlog.get_logger("clew.dispatcher")


class Dispatcher:
    """Finds the handler of an update; what nobody takes is kept and shown."""

    def __init__(self, router: Router, context: Context) -> None:
        """Use the root router and the context that handlers get."""
        self._router = router
        self._context = context

    async def dispatch(self, update: Update, work: UnitOfWork, row: Claimed) -> None:
        """Call the handler inside the given unit of work; its errors are the worker's."""
        started = time.perf_counter()
        found = self._router.find(update)
        if found is None:
            topic = ""
            UNKNOWN.inc()
            await keep_unknown(work, update, row.payload)
        else:
            topic, handler = found
            await handler(update, work, self._context)
        log.info(
            "update",
            inbox_id=row.id,
            kind=type(update).__name__,
            source=update.source,
            topic=topic,
            handled=found is not None,
            ms=round((time.perf_counter() - started) * 1000, 2),
        )
