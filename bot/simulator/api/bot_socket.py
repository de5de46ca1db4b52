"""The AI bot's other doors: the long connection and ``response_url`` (fact sheet 2.10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from aiohttp import WSMsgType, web

from bot.simulator.acts import bot_answers
from bot.simulator.acts.bot_chats import RESPONSE_PATH
from bot.simulator.api.bot_uploads import BAD_FRAME, OK, Body, BotUploads, Outcome
from bot.simulator.config import BotConfig
from bot.simulator.wire.bot_replies import BotReply, read_body
from bot.simulator.wire.replies import BadReply
from bot.simulator.world.ai_bot import AiBot, Turn
from bot.simulator.world.codes import CodeFault
from bot.simulator.world.world import World

SOCKET_PATH = "/openws"
BAD_SECRET, RATE, UNKNOWN_CHAT = 853000, 45009, 40050


class Frame(msgspec.Struct):
    """A frame of the peer."""

    cmd: str
    headers: dict[str, str] = {}
    body: dict[str, Any] = {}


class BotDoors:
    """Serves the socket and the response_url of the bot."""

    def __init__(self, world: World, config: BotConfig, bot: AiBot) -> None:
        """Serve ``bot`` of ``world``."""
        self._world = world
        self._config = config
        self._bot = bot
        self._current: web.WebSocketResponse | None = None
        uploads = BotUploads(world, bot)
        self._does: Mapping[str, Callable[[str, Body], Outcome]] = {
            "ping": lambda _req_id, _body: (OK, {}),
            "aibot_respond_msg": self._respond,
            "aibot_respond_welcome_msg": self._welcome,
            "aibot_respond_update_msg": self._update,
            "aibot_send_msg": self._send,
            "aibot_upload_media_init": uploads.begin,
            "aibot_upload_media_chunk": uploads.take,
            "aibot_upload_media_finish": uploads.end,
        }

    def mount(self, app: web.Application) -> None:
        """Add the routes; the socket is closed when the application ends."""
        app.router.add_get(SOCKET_PATH, self.socket)
        app.router.add_post(RESPONSE_PATH, self.response_url)
        app.on_shutdown.append(self._hang_up)

    async def socket(self, request: web.Request) -> web.StreamResponse:
        """Hold one connection: the last to subscribe is the bot's, earlier ones are closed."""
        peer = web.WebSocketResponse()
        await peer.prepare(request)
        async for message in peer:
            if message.type is not WSMsgType.TEXT:
                continue
            try:
                frame = msgspec.json.decode(message.data, type=Frame)
            except msgspec.MsgspecError:
                await peer.send_json({"headers": {}, "errcode": BAD_FRAME, "errmsg": "bad frame"})
                continue
            await self._answer(peer, frame)
        if self._current is peer:
            self._current, self._bot.push = None, None
        return peer

    async def response_url(self, request: web.Request) -> web.Response:
        """Take the one late answer to a message."""
        code = request.query.get("response_code", "")
        turn = self._bot.response_codes.look(code, self._world.now)
        errcode = BAD_FRAME
        if isinstance(turn, Turn):
            errcode = self._late(turn, await request.read())
        if errcode == OK:
            self._bot.response_codes.redeem(code, self._world.now)
        elif isinstance(turn, CodeFault):
            errcode = bot_answers.BAD_REQ_ID
        return web.json_response({"errcode": errcode, "errmsg": "ok" if errcode == OK else "bad"})

    def _late(self, turn: Turn, raw: bytes) -> int:
        try:
            reply = read_body(raw)
        except BadReply:
            return BAD_FRAME
        if reply.msgtype not in {"markdown", "template_card"}:
            return BAD_FRAME
        return bot_answers.show(self._world, turn.window, reply)

    async def _answer(self, peer: web.WebSocketResponse, frame: Frame) -> None:
        req_id = frame.headers.get("req_id", "")
        errcode: int
        body: dict[str, object]
        if frame.cmd == "aibot_subscribe":
            errcode, body = await self._subscribe(peer, frame.body), {}
        elif peer is not self._current:
            errcode, body = BAD_SECRET, {}
        elif frame.cmd in self._does:
            errcode, body = self._does[frame.cmd](req_id, frame.body)
        else:
            errcode, body = BAD_FRAME, {}
        ack: dict[str, object] = {"headers": {"req_id": req_id}, "errcode": errcode}
        ack["errmsg"] = "ok" if errcode == OK else "refused"
        await peer.send_json(ack | ({"body": body} if body else {}))

    async def _subscribe(self, peer: web.WebSocketResponse, body: Body) -> int:
        if (body.get("bot_id"), body.get("secret")) != (self._config.bot_id, self._config.secret):
            return BAD_SECRET
        old, self._current = self._current, peer
        self._bot.push = self._pusher(peer)
        if old is not None and old is not peer:
            event = {"eventtype": "disconnected_event", "disconnected_event": {}}
            gone = {"msgid": self._world.ids.word("bm"), "aibotid": self._bot.bot_id}
            told = {**gone, "msgtype": "event", "event": event}
            req_id = self._world.ids.word("rq")
            await old.send_json(_callback("aibot_event_callback", req_id, told))
            await old.close()
        return OK

    def _pusher(self, peer: web.WebSocketResponse) -> Callable[[str, str, Body], None]:
        def push(cmd: str, req_id: str, body: Body) -> None:
            self._world.background(peer.send_json(_callback(cmd, req_id, body)))

        return push

    async def _hang_up(self, app: web.Application) -> None:
        del app
        if self._current is not None:
            await self._current.close()

    def _respond(self, req_id: str, body: Body) -> Outcome:
        return self._reply(req_id, body, "message"), {}

    def _welcome(self, req_id: str, body: Body) -> Outcome:
        return self._reply(req_id, body, "enter_chat"), {}

    def _update(self, req_id: str, body: Body) -> Outcome:
        return self._reply(req_id, body, "template_card_event"), {}

    def _reply(self, req_id: str, body: Body, kind: str) -> int:
        turn = self._bot.by_req_id(req_id)
        if turn is None or turn.kind != kind:
            return bot_answers.BAD_REQ_ID
        is_late = self._world.now - turn.asked_at > self._world.config.limits.bot_answer_within
        if kind != "message" and is_late:
            return bot_answers.BAD_REQ_ID
        reply = _read(body)
        return BAD_FRAME if reply is None else bot_answers.answer(self._world, turn, reply)

    def _send(self, _req_id: str, body: Body) -> Outcome:
        reply = _read(body)
        if reply is None or reply.msgtype == "stream":
            return BAD_FRAME, {}
        member = self._world.directory.find(reply.chatid)
        userid = member.userid if member else ""
        window = f"bot:{userid}" if userid in self._bot.entered else f"group:{reply.chatid}"
        if window not in self._world.windows.conversations:
            return UNKNOWN_CHAT, {}
        if not self._bot.may_send(window, self._world.now):
            return RATE, {}
        return bot_answers.show(self._world, window, reply), {}


def _read(body: Body) -> BotReply | None:
    try:
        return msgspec.convert(body, BotReply)
    except msgspec.ValidationError:
        return None


def _callback(cmd: str, req_id: str, body: Body) -> dict[str, object]:
    return {"cmd": cmd, "headers": {"req_id": req_id}, "body": dict(body)}
