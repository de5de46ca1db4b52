"""App messages: receivers, limits, what the member sees (fact sheet 3.2)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace as copy_of
from datetime import timedelta
from typing import Any

import msgspec

from bot.simulator.api import lookups
from bot.simulator.api.cards import Interactive, TemplateCard, advice, check_card
from bot.simulator.api.gateway import Answer, Ask, Endpoint
from bot.simulator.api.message_types import Content, Media, News, Send, TextCard, Video
from bot.simulator.api.refusal import Code, Refused
from bot.simulator.config import Right
from bot.simulator.world.app_chat import Dropped, DropReason, Sent
from bot.simulator.world.people import Employee
from bot.simulator.world.windows import CLEW, MessageKind, Said
from bot.simulator.world.world import World

APP_ONLY = frozenset({Right.APP})
MAX_USERS = 1000
MAX_PARTIES = 100
MAX_ARTICLES = 8


def send(ask: Ask[Send]) -> Answer:
    """Show a message to its receivers; drop duplicates and excess without a word."""
    world, body = ask.world, ask.body
    lookups.check_agent(world, body.agentid)
    fingerprint = hashlib.sha256(
        msgspec.json.encode(msgspec.json.decode(ask.raw), order="deterministic")
    ).hexdigest()
    receivers, invalid = _receivers(world, body)
    interval = timedelta(seconds=body.duplicate_check_interval)
    is_checked = bool(body.enable_duplicate_check)
    if is_checked and world.app.is_duplicate(fingerprint, interval, world.now):
        world.app.dropped.append(Dropped(world.now, DropReason.DUPLICATE, "", body.msgtype))
        return _accepted(world.ids.word("msg"), invalid)
    said = _render(ask)
    sent = Sent(
        world.ids.word("msg"), world.now, body.template_card.task_id if body.template_card else ""
    )
    world.app.keep(sent)
    world.app.accepted(fingerprint, world.now)
    for employee in receivers:
        _show(world, employee, sent, said)
    answer = _accepted(sent.msgid, invalid)
    if isinstance(body.template_card, Interactive):
        life = world.config.limits.response_code_life
        answer["response_code"] = world.app.response_codes.issue(sent, world.now, life)
    return answer


def _accepted(msgid: str, invalid: Mapping[str, str]) -> dict[str, object]:
    return {**invalid, "msgid": msgid}


def _receivers(world: World, body: Send) -> tuple[list[Employee], dict[str, str]]:
    users, parties, tags = (_split(part) for part in (body.touser, body.toparty, body.totag))
    if not users + parties + tags:
        raise Refused(Code.NO_RECEIVER, "touser, toparty and totag are all empty")
    if len(users) > MAX_USERS:
        raise Refused(Code.BAD_PARAMETER, "invalid request parameter: touser")
    if len(parties) > MAX_PARTIES:
        raise Refused(Code.TOO_MANY_PARTIES, "too many toparty")
    if len(tags) > MAX_PARTIES:
        raise Refused(Code.TOO_MANY_TAGS, "too many totag")
    known_parties = {p for p in parties if p.isdigit() and int(p) in world.directory.departments}
    found: dict[str, Employee] = {}
    if users == ["@all"]:
        found = {e.userid: e for e in world.directory.employees}
        users = []
    for party in known_parties:
        found |= {
            e.userid: e for e in world.directory.members_of(world.directory.below(int(party)))
        }
    known = {userid: world.directory.find(userid) for userid in users}
    found |= {e.userid: e for e in known.values() if e is not None}
    if not found:
        raise Refused(Code.NO_VALID_RECEIVER, "user & party & tag all invalid")
    invalid = {
        "invaliduser": "|".join(u.lower() for u, e in known.items() if e is None),
        "invalidparty": "|".join(p for p in parties if p not in known_parties),
        "invalidtag": "|".join(tags),
        "unlicenseduser": "",
    }
    return list(found.values()), invalid


def _split(part: str) -> list[str]:
    return [word for word in part.split("|") if word]


def _show(world: World, employee: Employee, sent: Sent, said: Said) -> None:
    if not world.app.may_reach(employee.userid, world.now):
        reason = DropReason.MEMBER_LIMIT
        world.app.dropped.append(Dropped(world.now, reason, employee.userid, said.kind.value))
        return
    sent.copies[employee.userid] = world.windows.show(
        f"app:{employee.userid}", CLEW, copy_of(said, body=dict(said.body))
    )


def _render(ask: Ask[Send]) -> Said:
    msgtype = ask.body.msgtype
    renderer = RENDERERS.get(msgtype)
    if renderer is None:
        raise Refused(Code.BAD_MSGTYPE, "invalid message type")
    if getattr(ask.body, msgtype) is None:
        raise Refused(Code.BAD_PARAMETER, f"invalid request parameter: {msgtype} is required")
    return renderer(ask, getattr(ask.body, msgtype))


def _text(ask: Ask[Send], body: Content) -> Said:
    if not body.content:
        raise Refused(Code.EMPTY_TEXT, "content is empty")
    shown = lookups.cut_text(body.content)
    if shown != body.content:
        ask.warnings.append("text is cut behind 2048 bytes")
    return Said(MessageKind.TEXT, shown)


def _markdown(ask: Ask[Send], body: Content) -> Said:
    del ask
    lookups.check_text(body.content)
    return Said(MessageKind.TEXT, body.content, {"markdown": True})


def _textcard(ask: Ask[Send], body: TextCard) -> Said:
    del ask
    for text, longest in ((body.title, 128), (body.description, 512), (body.url, 2048)):
        lookups.check_text(text, longest=longest)
    link = {"title": body.title, "desc": body.description, "url": body.url}
    return Said(MessageKind.LINK, body.title, {"link": link})


def _news(ask: Ask[Send], body: News) -> Said:
    del ask
    if not 1 <= len(body.articles) <= MAX_ARTICLES:
        raise Refused(Code.TOO_MANY_ARTICLES, "article count out of limit")
    first = body.articles[0]
    link = {"title": first.title, "desc": first.description, "url": first.url}
    return Said(MessageKind.LINK, first.title, {"link": link})


def _media(ask: Ask[Send], body: Media | Video) -> Said:
    lookups.check_media(ask.world, body.media_id)
    kind = MessageKind.IMAGE if ask.body.msgtype == "image" else MessageKind.TEXT
    medium = ask.world.media.find(body.media_id, ask.world.now)
    name = medium.filename if medium else ""
    text = "" if kind is MessageKind.IMAGE else ask.world.texts.line("file", name=name)
    return Said(kind, text, {"media_id": body.media_id})


def _card(ask: Ask[Send], body: TemplateCard) -> Said:
    check_card(body)
    if ask.world.app.knows_task(body.task_id):
        raise Refused(Code.BAD_TASK_ID, "task_id was used before")
    if isinstance(body, Interactive) and not ask.world.switches.has_receive_url:
        raise Refused(Code.NO_RECEIVE_URL, "no receive url")
    ask.warnings.extend(advice(body))
    return Said(MessageKind.CARD, "", {"card": msgspec.json.decode(ask.raw)["template_card"]})


RENDERERS: Mapping[str, Callable[[Ask[Send], Any], Said]] = {
    "text": _text,
    "markdown": _markdown,
    "textcard": _textcard,
    "news": _news,
    "image": _media,
    "voice": _media,
    "video": _media,
    "file": _media,
    "template_card": _card,
}


ENDPOINTS: tuple[Endpoint[Any], ...] = (
    Endpoint("POST", "/cgi-bin/message/send", Send, send, APP_ONLY),
)
