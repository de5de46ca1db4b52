"""Key, subject and priority of a payload, found before anything is stored.

Keys of different families, corps and accounts never meet: each carries its
family and whose it is. A message is known by its MsgId. Events have none, and
sender plus time is too coarse (all come from ``sys``, fact sheet 0.2), so their
plaintext is hashed. The same event reaches the URLs of two apps of a corp with
nothing but the AgentID changed; what a member does in an app is meant for that
app, and there the AgentID counts.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping

import msgspec

from bot.wecom.parse.arrival import Peek
from bot.wecom.parse.fields import Fields, canonical
from domain.values import Priority
from handlers.updates import looks_external

_AGENT_ID = re.compile(rb"<AgentID>(?:<!\[CDATA\[)?\d*(?:\]\]>)?</AgentID>")

#: Events that answer something and open a short window for the reply.
_CLICKS = frozenset(
    {
        "click",
        "location_select",
        "pic_photo_or_album",
        "pic_sysphoto",
        "pic_weixin",
        "scan",
        "scancode_push",
        "scancode_waitmsg",
        "subscribe",
        "taskcard_click",
        "template_card_event",
        "template_card_menu_event",
    }
)


def identify(source: str, fields: Fields, raw: bytes) -> Peek:
    """Return what the inbox must know about a payload that came through ``source``."""
    family, _, account = source.partition(":")
    return _FAMILIES.get(family, _other)(source, account, fields, raw)


def _digest(raw: bytes) -> str:
    return hashlib.blake2b(raw, digest_size=16).hexdigest()


def _key(*parts: str) -> bytes:
    return ":".join(parts).encode()


def _texts(fields: Fields, name: str) -> tuple[str, ...]:
    return Fields(fields.document).texts(name)


def _is_message(fields: Fields) -> bool:
    return fields.see("MsgType").lower() not in {"", "event"}


def _wecom(source: str, _account: str, fields: Fields, raw: bytes) -> Peek:
    family = source.partition(":")[0]
    corp = fields.see("AuthCorpId") or fields.see("ToUserName") or fields.see("SuiteId")
    sender, msgid = fields.see("FromUserName"), fields.see("MsgId")
    if _is_message(fields) and msgid.strip("0"):
        key = _key(family, corp, msgid)
    else:
        key = _key(family, corp, _digest(_for_every_app(raw, fields, sender)))
    subject = (
        fields.see("ExternalUserID")
        or fields.see("ChatId")
        or fields.see("OpenKfId")
        or fields.see("UserID")
        or (sender if sender != "sys" else "")
        or source
    )
    return Peek(key, subject, _wecom_priority(fields))


def _for_every_app(raw: bytes, fields: Fields, sender: str) -> bytes:
    if sender not in {"", "sys"} or not fields.has("AgentID"):
        return raw
    if raw.lstrip()[:1] != b"{":
        return _AGENT_ID.sub(b"", raw)
    shared = {n: v for n, v in fields.document.items() if canonical(n) != "agentid"}
    return msgspec.json.encode(shared, order="deterministic")


def _wecom_priority(fields: Fields) -> Priority:
    event = fields.see("Event").lower()
    # What there is to pull may hold a welcome code of 20 s, and nobody knows before pulling.
    if fields.see("WelcomeCode") or event == "kf_msg_or_event":
        return Priority.WELCOME
    return Priority.CHAT if _is_message(fields) or event in _CLICKS else Priority.NORMAL


def _official(source: str, account: str, fields: Fields, raw: bytes) -> Peek:
    msgid, openid = fields.see("MsgId"), fields.see("FromUserName")
    # MsgID of an event names the message it reports on, not the event.
    is_message = _is_message(fields)
    ident = msgid if is_message and msgid.strip("0") else _digest(raw)
    is_chat = is_message or fields.see("Event").lower() in _CLICKS
    return Peek(
        key=_key("mp", account, ident),
        subject=f"{account}:{openid}" if openid else source,
        priority=Priority.CHAT if is_chat else Priority.NORMAL,
    )


def _kf(source: str, account: str, fields: Fields, raw: bytes) -> Peek:
    event = fields.view("event")
    is_event = fields.see("msgtype") == "event"
    if event.see("welcome_code"):
        priority = Priority.WELCOME
    else:
        priority = Priority.NORMAL if is_event else Priority.CHAT
    return Peek(
        key=_key("kf", account, fields.see("msgid") or _digest(raw)),
        subject=(
            fields.see("external_userid")
            or event.see("external_userid")
            or fields.see("open_kfid")
            or event.see("open_kfid")
            or account
            or source
        ),
        priority=priority,
    )


def _aibot(source: str, account: str, fields: Fields, raw: bytes) -> Peek:
    body = fields.view("body") if fields.has("cmd") else fields
    return Peek(
        key=_key("aibot", account, body.see("msgid") or _digest(raw)),
        subject=body.see("chatid") or body.view("from").see("userid") or source,
        priority=Priority.CHAT,
    )


def _archive(source: str, account: str, fields: Fields, raw: bytes) -> Peek:
    parties = [fields.see("from") or fields.see("user"), *_texts(fields, "tolist")]
    outside = next((party for party in parties if looks_external(party)), "")
    return Peek(
        key=_key("archive", account, fields.see("msgid") or _digest(raw)),
        subject=fields.see("roomid") or outside or parties[0] or source,
        priority=Priority.NORMAL,
    )


def _fetch(source: str, account: str, fields: Fields, raw: bytes) -> Peek:
    # The whole answer is hashed: a repeated answer falls away, a newer one never does.
    return Peek(
        key=_key("fetch", account, _digest(raw)),
        subject=asked_about(account, fields.see("account"), fields.see("subject")) or source,
        # A page of a hundred customers must not hold up anybody's news.
        priority=Priority.BULK if account == "sync_page" else Priority.NORMAL,
    )


def asked_about(kind: str, account: str, subject: str) -> str:
    """Return the partition of an answer; a follower's is the one their messages have."""
    if kind == "mp_user" and subject and not subject.startswith(f"{account}:"):
        return f"{account}:{subject}"
    return subject


def _timer(source: str, _account: str, fields: Fields, _raw: bytes) -> Peek:
    kind, subject = fields.see("kind"), fields.see("subject_id")
    return Peek(
        # A timer that was set anew under its id fires again, at its new moment.
        key=_key("timer", fields.see("timer_id"), fields.see("due_at")),
        subject=f"{kind}:{subject}" if kind else source,
        priority=Priority.NORMAL,
    )


def _other(source: str, _account: str, _fields: Fields, raw: bytes) -> Peek:
    return Peek(_key(source, _digest(raw)), source, Priority.NORMAL)


_FAMILIES: Mapping[str, Callable[[str, str, Fields, bytes], Peek]] = {
    "wecom": _wecom,
    "suite": _wecom,
    "mp": _official,
    "kf": _kf,
    "aibot": _aibot,
    "archive": _archive,
    "fetch": _fetch,
    "timer": _timer,
}
