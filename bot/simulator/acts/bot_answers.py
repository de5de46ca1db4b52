"""Answers of the AI bot in the windows: streams, cards, markdown, media (fact sheet 2.10)."""

from __future__ import annotations

from bot.simulator.wire.bot_replies import BotReply, Media, Stream
from bot.simulator.world.ai_bot import Turn
from bot.simulator.world.windows import CLEW, Message, MessageKind, Said
from bot.simulator.world.world import World

#: Longest content of a stream in bytes.
MAX_STREAM = 20_480
OK, BAD_REPLY, TOO_LONG, BAD_REQ_ID, STREAM_EXPIRED = 0, 40058, 45002, 846605, 846608


def answer(world: World, turn: Turn, reply: BotReply) -> int:
    """Show a reply to a turn and return its errcode."""
    limits, now = world.config.limits, world.now
    if turn.is_over:
        return BAD_REQ_ID
    if now - turn.asked_at > limits.bot_stream_life:
        return STREAM_EXPIRED
    if reply.response_type == "update_template_card" or turn.card is not None:
        return _redraw(world, turn, reply)
    if reply.msgtype in {"stream", "stream_with_template_card"} and reply.stream is not None:
        code = _grow(world, turn, reply.stream)
        if code == OK and reply.template_card is not None:
            world.windows.show(turn.window, CLEW, _card(reply.template_card))
        return code
    if reply.msgtype == "text" and turn.kind != "enter_chat":
        return BAD_REPLY
    code = show(world, turn.window, reply)
    turn.is_over = code == OK
    return code


def show(world: World, window: str, reply: BotReply) -> int:
    """Show a reply that is complete in itself and return its errcode."""
    said = _said(world, reply)
    if said is None:
        return BAD_REPLY
    world.windows.show(window, CLEW, said)
    return OK


def _grow(world: World, turn: Turn, stream: Stream) -> int:
    if len(stream.content.encode()) > MAX_STREAM:
        return TOO_LONG
    if stream.msg_item and not stream.finish:
        return BAD_REPLY
    if turn.stream_id not in ("", stream.id):
        return BAD_REQ_ID
    turn.stream_id = stream.id
    if turn.message is None:
        turn.message = world.windows.show(turn.window, CLEW, _markdown(stream.content))
    else:
        is_delta = world.config.bot is not None and world.config.bot.is_stream_delta
        turn.message.text = turn.message.text + stream.content if is_delta else stream.content
        world.windows.changed(turn.message)
    turn.is_over = stream.finish
    return OK


def _redraw(world: World, turn: Turn, reply: BotReply) -> int:
    card: Message | None = turn.card
    if card is None or reply.template_card is None:
        return BAD_REPLY
    if world.now - turn.asked_at > world.config.limits.bot_answer_within:
        return BAD_REQ_ID
    card.body = {"card": reply.template_card}
    world.windows.changed(card)
    turn.is_over = True
    return OK


def _said(world: World, reply: BotReply) -> Said | None:
    part = getattr(reply, reply.msgtype, None) if reply.msgtype in _KINDS else None
    if part is None:
        return None
    match reply.msgtype:
        case "template_card":
            return _card(part)
        case "text":
            return Said(MessageKind.TEXT, part.content)
        case "markdown":
            return _markdown(part.content)
        case _:
            return _medium(world, reply.msgtype, part)


def _medium(world: World, kind: str, part: Media) -> Said | None:
    medium = world.media.find(part.media_id, world.now)
    if medium is None:
        return None
    if kind == "image":
        return Said(MessageKind.IMAGE, "", {"media_id": medium.media_id})
    return Said(MessageKind.TEXT, world.texts.line("file", name=medium.filename))


_KINDS = frozenset({"template_card", "text", "markdown", "image", "file", "voice", "video"})


def _card(card: dict[str, object]) -> Said:
    return Said(MessageKind.CARD, "", {"card": card})


def _markdown(content: str) -> Said:
    return Said(MessageKind.TEXT, content, {"markdown": True})
