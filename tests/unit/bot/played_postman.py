"""A postman who delivers nothing, and pushes to give him."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from bot.clock import DrivenClock
from bot.limits import Opening, Trigger
from bot.postman import Answer
from bot.wecom.errors import Family, PlatformError, classify
from domain.messages import Endpoint, Push, Text
from storage.outbox import Outbox, OutboxState

Send = Callable[..., Awaitable[None]]
REP = "LiLei"
_numbers = count(1)


def refusal(code: int, family: Family = Family.WECOM) -> PlatformError:
    return PlatformError("/cgi-bin/x", code, "no", classify(code, family))


class PlayedPostman:
    """Notes what was delivered; plays scripted failures per receiver, in order."""

    def __init__(self) -> None:
        self.delivered: list[tuple[str, Any, int]] = []
        self.troubles: dict[str, list[Exception]] = defaultdict(list)
        self.slow: dict[str, asyncio.Event] = {}
        self.running = 0
        self.most_running = 0

    async def deliver(self, push: Push, send_id: int) -> Answer:
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            if push.receiver in self.slow:
                await self.slow[push.receiver].wait()
            await asyncio.sleep(0)
            if self.troubles[push.receiver]:
                raise self.troubles[push.receiver].pop(0)
        finally:
            self.running -= 1
        self.delivered.append((push.receiver, push.body, send_id))
        return {"msgid": f"M{len(self.delivered)}", "response_code": "RC"}

    def texts(self, receiver: str = REP) -> list[str]:
        return [
            body.content
            for who, body, _ in self.delivered
            if who == receiver and isinstance(body, Text)
        ]


def text(content: str, receiver: str = REP, **changes: Any) -> Push:
    fields: dict[str, Any] = {
        "endpoint": Endpoint.APP_MESSAGE,
        "account": "1000002",
        "receiver": receiver,
        "body": Text(content),
        "dedupe_key": f"text:{next(_numbers)}",
    }
    return Push(**(fields | changes))


def official(content: str, receiver: str = "o1") -> Push:
    return text(content, receiver, endpoint=Endpoint.MP_MESSAGE, account="gh_1")


async def errors(outbox: Outbox, state: OutboxState) -> list[str]:
    return [entry.error for entry in await outbox.list(state, 100)]


class KnownOpenings:
    """One message of the customer, an hour ago."""

    def __init__(self, clock: DrivenClock) -> None:
        self.opened_at = clock.now() - timedelta(hours=1)

    async def of(self, push: Push, _now: datetime) -> tuple[Opening, ...] | None:
        if push.endpoint is not Endpoint.KF_MESSAGE:
            return None
        return (Opening(self.opened_at, Trigger.MESSAGE),)


def kf(content: str, **changes: Any) -> Push:
    return text(content, "wm1", endpoint=Endpoint.KF_MESSAGE, account="wk1", **changes)
