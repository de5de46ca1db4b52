"""The AI bot's long connection: JSON frames over one WebSocket (fact sheet 2.10).

One connection per bot: a second one displaces the first. Whoever keeps a
connection open must be elected, and a displaced one must not connect again.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import itertools
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import msgspec
import structlog

from bot.wecom.client.answers import JsonObject, number_of, object_of, required_text, text_of
from bot.wecom.errors import Family, NotSentError, OutcomeUnknownError, PlatformError, classify

log = structlog.get_logger(__name__)

_ACK_WITHIN = 5.0
_PING_EVERY = 30.0
_SUBSCRIBE = "aibot_subscribe"
_CHUNK = 512 * 1024


class BotDisplacedError(Exception):
    """Another connection of the same bot took over: do not connect again."""


@dataclass(frozen=True, slots=True)
class BotAccount:
    """The bot's id and secret, and the platform's socket address."""

    bot_id: str
    secret: str = field(repr=False)
    url: str = "wss://openws.work.weixin.qq.com"


@dataclass(frozen=True, slots=True)
class BotFile:
    """A file to upload; ``kind`` is file, image, voice or video."""

    kind: str
    filename: str
    content: bytes = field(repr=False)


class BotSocket:
    """A subscribed connection; made by :func:`connected_bot`."""

    def __init__(self, peer: aiohttp.ClientWebSocketResponse) -> None:
        """Speak over ``peer``; :meth:`listen` must be running for calls to be answered."""
        self._peer = peer
        self._numbers = itertools.count(1)
        self._acks: dict[str, asyncio.Future[JsonObject]] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._callbacks: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._is_displaced = False

    async def callbacks(self) -> AsyncIterator[bytes]:
        """Yield each callback frame as it came, for ``parse("aibot:<id>", …)``.

        Ends when the connection does.

        Raises:
            BotDisplacedError: another connection took over.
        """
        while (frame := await self._callbacks.get()) is not None:
            yield frame
        if self._is_displaced:
            raise BotDisplacedError

    async def respond(self, req_id: str, body: Mapping[str, object]) -> None:
        """Answer the message whose callback had ``req_id``; again for each step of a stream.

        Raises:
            WireError: 846605 unknown or ended, 846608 the stream is too old.
        """
        async with self._locks.setdefault(req_id, asyncio.Lock()):
            await self.call("aibot_respond_msg", body, req_id)

    async def welcome(self, req_id: str, body: Mapping[str, object]) -> None:
        """Greet within 5 s of the enter_chat that had ``req_id``.

        Raises:
            WireError: 846605 unknown or too late.
        """
        await self.call("aibot_respond_welcome_msg", body, req_id)

    async def update_card(self, req_id: str, card: Mapping[str, object]) -> None:
        """Replace the tapped card within 5 s of the tap that had ``req_id``.

        Raises:
            WireError: 846605 unknown or too late.
        """
        body = {"response_type": "update_template_card", "template_card": dict(card)}
        await self.call("aibot_respond_update_msg", body, req_id)

    async def send(self, chat_id: str, body: Mapping[str, object]) -> None:
        """Send of the bot's own accord to a group, or to a member who has opened a chat.

        Raises:
            WireError: the chat is not known, or 45009 beyond about 30 a minute.
        """
        await self.call("aibot_send_msg", {"chatid": chat_id, **body})

    async def upload(self, file: BotFile) -> str:
        """Upload a file in slices and return its media_id.

        Raises:
            WireError: the platform refused a slice.
        """
        starts = range(0, len(file.content), _CHUNK)
        # MD5 is the platform's choice (fact sheet 2.10).
        digest = hashlib.md5(file.content).hexdigest()  # noqa: S324
        begun = await self.call(
            "aibot_upload_media_init",
            {
                "type": file.kind,
                "filename": file.filename,
                "total_size": len(file.content),
                "total_chunks": len(starts),
                "md5": digest,
            },
        )
        upload_id = required_text(begun, "upload_id", "aibot_upload_media_init")
        for index, start in enumerate(starts):
            data = base64.b64encode(file.content[start : start + _CHUNK]).decode()
            chunk = {"upload_id": upload_id, "chunk_index": index, "base64_data": data}
            await self.call("aibot_upload_media_chunk", chunk)
        ended = await self.call("aibot_upload_media_finish", {"upload_id": upload_id})
        return required_text(ended, "media_id", "aibot_upload_media_finish")

    async def call(self, cmd: str, body: Mapping[str, object], req_id: str = "") -> JsonObject:
        """Send a frame, wait 5 s for its ack, return the ack's body.

        Raises:
            PlatformError: the ack says no.
            NotSentError: the connection is closed.
            OutcomeUnknownError: no ack came.
        """
        name = req_id or f"{cmd}-{next(self._numbers)}"
        ack: asyncio.Future[JsonObject] = asyncio.get_running_loop().create_future()
        self._acks[name] = ack
        frame = {"cmd": cmd, "headers": {"req_id": name}, **({"body": dict(body)} if body else {})}
        try:
            await self._peer.send_str(json.dumps(frame, ensure_ascii=False))
            async with asyncio.timeout(_ACK_WITHIN):
                answer = await ack
        except TimeoutError:
            raise OutcomeUnknownError(cmd, "no_ack") from None
        except ConnectionError:
            raise NotSentError(cmd, "connection_closed") from None
        finally:
            self._acks.pop(name, None)
        errcode = number_of(answer, "errcode")
        if errcode:
            verdict = classify(errcode, Family.WECOM)
            raise PlatformError(cmd, errcode, text_of(answer, "errmsg"), verdict)
        return object_of(answer, "body")

    async def listen(self) -> None:
        """Sort what arrives into acks and callbacks until the connection ends."""
        try:
            async for message in self._peer:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._sort(message.data)
        finally:
            self._callbacks.put_nowait(None)

    async def keep_alive(self) -> None:
        """Ping every 30 s; a ping without ack closes the connection."""
        while True:
            await asyncio.sleep(_PING_EVERY)
            try:
                await self.call("ping", {})
            except (OutcomeUnknownError, NotSentError):
                log.warning("bot_socket_dead")
                await self._peer.close()
                return

    def _sort(self, text: str) -> None:
        try:
            frame: dict[str, Any] = msgspec.json.decode(text, type=dict[str, Any])
        except msgspec.MsgspecError:
            log.warning("bot_frame_unreadable")
            return
        if "cmd" not in frame:
            ack = self._acks.get(text_of(object_of(frame, "headers"), "req_id"))
            if ack is not None and not ack.done():
                ack.set_result(frame)
            return
        event = object_of(object_of(frame, "body"), "event")
        self._is_displaced |= text_of(event, "eventtype") == "disconnected_event"
        self._callbacks.put_nowait(text.encode())


@asynccontextmanager
async def connected_bot(
    session: aiohttp.ClientSession, account: BotAccount
) -> AsyncIterator[BotSocket]:
    """Connect, subscribe, and keep the connection alive inside the block.

    Raises:
        PlatformError: 853000 for a wrong id or secret.
        NotSentError: the platform cannot be reached.
    """
    try:
        peer = await session.ws_connect(account.url)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise NotSentError(_SUBSCRIBE, type(error).__name__) from None
    socket = BotSocket(peer)
    tasks = [asyncio.create_task(socket.listen())]
    try:
        body = {"bot_id": account.bot_id, "secret": account.secret}
        await socket.call(_SUBSCRIBE, body)
        tasks.append(asyncio.create_task(socket.keep_alive()))
        yield socket
    finally:
        await peer.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
