"""Calls that carry an access token: refresh once, retry once, then say who must act."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from bot.wecom.client.answers import JsonObject
from bot.wecom.client.replies import Reply
from bot.wecom.client.tokens import TokenKeeper
from bot.wecom.client.transport import Transport, WireCall
from bot.wecom.error_codes import Reaction
from bot.wecom.errors import PlatformError, credentials_refused

T = TypeVar("T")


class Api:
    """The calls that one secret opens."""

    def __init__(self, transport: Transport, keeper: TokenKeeper) -> None:
        """Join the wire and the secret's token."""
        self._transport = transport
        self._keeper = keeper

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> JsonObject:
        """Ask by GET.

        Raises:
            WireError: see ``Transport.exchange``; a token refused twice asks for the operator.
        """
        return await self.call(WireCall(path, query or {}))

    async def post(self, path: str, body: Mapping[str, object]) -> JsonObject:
        """Ask by POST with a JSON body.

        Raises:
            WireError: as :meth:`get`.
        """
        return await self.call(WireCall(path, body=body))

    async def call(self, call: WireCall) -> JsonObject:
        """Ask whatever ``call`` says.

        Raises:
            WireError: as :meth:`get`.
        """
        return await self._with_token(lambda token: self._transport.exchange(call, token))

    async def download(self, call: WireCall) -> Reply:
        """Ask for a file.

        Raises:
            WireError: as :meth:`get`.
        """
        return await self._with_token(lambda token: self._transport.download(call, token))

    async def _with_token(self, send: Callable[[str], Awaitable[T]]) -> T:
        token = await self._keeper.get()
        try:
            return await send(token)
        except PlatformError as error:
            if error.reaction is not Reaction.REFRESH_CREDENTIALS:
                raise
            refused = error
        fresh = await self._keeper.replace(token)
        if fresh is None:
            raise credentials_refused(refused)
        try:
            return await send(fresh)
        except PlatformError as error:
            if error.reaction is not Reaction.REFRESH_CREDENTIALS:
                raise
            raise credentials_refused(error) from None
