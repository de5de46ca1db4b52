"""Reading a 微信客服 account to its end, page by page, from where it was read last."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import datetime

import msgspec

from bot.cluster.turns import LeasedTurns
from bot.wecom.client.answers import JsonObject
from bot.wecom.client.kf import KfApi, PulledPage, PullRequest
from bot.wecom.errors import NotSentError, PlatformError
from bot.wecom.parse import ParseError, peek
from domain.messages import Fetch
from domain.values import Priority
from handlers.ports import Clock
from storage.inbox import Delivery, Inbox

_ENDPOINT = "/cgi-bin/kf/sync_msg"
#: The pull token of the callback is over (it lives 10 min).
_BAD_TOKEN = 95007
#: Pages in a row that claim to have more and do not move the cursor.
_STANDING_PAGES = 3


class Puller:
    """Pulls accounts; one pull at a time per account.

    Without a stored cursor the platform starts 3 days back. That is wanted:
    who wrote while Clew was not there is a lead too, and a message that is known
    already falls on its key.
    """

    def __init__(
        self, kf: KfApi, inbox: Inbox, clock: Clock, turns: LeasedTurns | None = None
    ) -> None:
        """Pages go into ``inbox``, together with how far they read.

        ``turns`` keeps the pulls of several processes apart as well.
        """
        self._kf = kf
        self._inbox = inbox
        self._clock = clock
        self._turns: dict[str, asyncio.Lock] = {}
        self._turns_of_all = turns

    async def pull(self, fetch: Fetch) -> int:
        """Store everything that the account has; return how many messages were new.

        Raises:
            WireError: a page could not be read; the pages before it are stored.
            StorageUnavailable: a page could not be stored.
        """
        open_kfid = fetch.subject
        async with self._turns.setdefault(open_kfid, asyncio.Lock()):
            if self._turns_of_all is None:
                return await self._pull_all(open_kfid, fetch.token)
            async with self._turns_of_all.turn(cursor_key(open_kfid)):
                return await self._pull_all(open_kfid, fetch.token)

    async def _pull_all(self, open_kfid: str, token: str) -> int:
        key, new, standing = cursor_key(open_kfid), 0, 0
        cursor = await self._inbox.cursor(key)
        while True:
            page = await self._page(PullRequest(open_kfid, cursor, token))
            reached = page.next_cursor or cursor
            deliveries = [self._delivery(open_kfid, message) for message in page.messages]
            if deliveries or reached != cursor:
                new += await self._inbox.put_page(deliveries, key, reached)
            if not page.has_more:
                return new
            standing = standing + 1 if reached == cursor else 0
            if standing >= _STANDING_PAGES:
                raise NotSentError(_ENDPOINT, "cursor_stands_still")
            cursor = reached

    async def _page(self, request: PullRequest) -> PulledPage:
        """Return one page; a token that is over is left out, at a stricter rate."""
        try:
            return await self._kf.pull(request)
        except PlatformError as error:
            if error.errcode != _BAD_TOKEN or not request.token:
                raise
        return await self._kf.pull(PullRequest(request.open_kfid, request.cursor))

    def _delivery(self, open_kfid: str, message: JsonObject) -> Delivery:
        return delivery_of(f"kf:{open_kfid}", message, self._clock.now())


def cursor_key(open_kfid: str) -> str:
    """Return under which name the inbox keeps how far an account was read."""
    return f"kf:{open_kfid}"


def delivery_of(source: str, document: JsonObject, now: datetime) -> Delivery:
    """Return what the inbox stores of a JSON document that came through ``source``.

    A document that cannot be understood is stored too, under a hash: the worker
    parks it where an operator sees it.
    """
    payload = msgspec.json.encode(document)
    try:
        peeked = peek(source, payload)
    except ParseError:
        digest = hashlib.blake2b(payload, digest_size=16).hexdigest()
        key = f"{source}:{digest}".encode()
        return Delivery(source, key, source, Priority.NORMAL, payload, now)
    return Delivery(source, peeked.key, peeked.subject, peeked.priority, payload, now)
