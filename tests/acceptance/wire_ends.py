"""Both ends of the wire around one outbox: relay and fetcher here, the stand-in there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import Any

from bot.clock import DrivenClock
from bot.fetcher import Fetcher
from bot.relay import Relay
from bot.simulator import demo
from bot.simulator.simulator import Simulator
from bot.simulator.world.windows import MessageKind
from bot.wecom.client.clients import Clients
from domain.messages import Endpoint, Fetch, Push
from domain.values import Priority
from storage.database import Database
from storage.fetches import Fetches, insert_fetches
from storage.ids import IdSource
from storage.inbox import Inbox
from storage.outbox import Outbox, OutboxState, insert_pushes
from storage.vault import Vault

REP = "LiLei"
ZHANG_SAN = "wmClewDemoZhangSan00000000000001"
OPENID = "oClewDemoZhangSan000000000001"
EXPO = "cwexpo2026b7000000000000000000001"
GROUP = "wrClewDemoMathParents00000000001"
TAG_HIGH = "etClewDemoIntentHigh"
_numbers = count(1)


@dataclass
class WireEnds:
    """The two ends of the wire, without anything between them."""

    sim: Simulator
    clock: DrivenClock
    clients: Clients
    outbox: Outbox
    fetches: Fetches
    inbox: Inbox
    relay: Relay
    fetcher: Fetcher
    vault: Vault
    ids: IdSource
    database: Database

    async def send(self, *pushes: Push) -> None:
        async with self.database.write() as tx:
            await insert_pushes(tx, self.vault, self.ids, pushes, self.clock.now())
        await self.relay.drain_once()

    async def ask(self, *fetches: Fetch) -> None:
        async with self.database.write() as tx:
            await insert_fetches(tx, self.ids, fetches, self.clock.now())
        await self.fetcher.drain_once()

    async def later(self, by: timedelta) -> None:
        self.clock.advance(by)
        await self.relay.drain_once()
        await self.fetcher.drain_once()

    async def states(self) -> dict[OutboxState, int]:
        found = {state: len(await self.outbox.list(state, 1000)) for state in OutboxState}
        return {state: number for state, number in found.items() if number}

    def shown(self, conversation: str) -> list[str]:
        """Return what a window shows of what Clew said, without the invisible marks."""
        marks = str.maketrans("", "", "\u200b\u200c")
        kinds = {MessageKind.TEXT, MessageKind.WELCOME, MessageKind.MENU}
        return [
            message.text.translate(marks)
            for message in self.sim.messages(conversation)
            if message.kind in kinds and message.sender not in {ZHANG_SAN, "system"}
        ]


def app(body: Any, **changes: Any) -> Push:
    key = f"k{next(_numbers)}"
    return replace(Push(Endpoint.APP_MESSAGE, "", REP, body, key), **changes)


def kf(body: Any) -> Push:
    return Push(
        Endpoint.KF_MESSAGE, demo.OPEN_KFID, ZHANG_SAN, body, f"k{next(_numbers)}", Priority.CHAT
    )


def official(body: Any) -> Push:
    return Push(Endpoint.MP_MESSAGE, demo.MP_ACCOUNT, OPENID, body, f"k{next(_numbers)}")
