"""From a stored payload to its typed update."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from bot.wecom.parse import app, approval, archive, contact, directory, kf, official
from bot.wecom.parse.aibot import build_bot_update
from bot.wecom.parse.answers import build_answer
from bot.wecom.parse.arrival import MESSAGE, Arrival, Builder, Peek
from bot.wecom.parse.document import read_document
from bot.wecom.parse.fetched import build_timer
from bot.wecom.parse.fields import Fields, MissingField
from bot.wecom.parse.identity import identify
from handlers.updates import NOTHING, Ignored, Update

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Names of the event time; the first one present counts.
_TIMES = ("CreateTime", "TimeStamp", "send_time", "msgtime", "time")

_WECOM: Mapping[str, Builder] = {
    **app.MESSAGES,
    **app.EVENTS,
    **approval.EVENTS,
    **contact.EVENTS,
    **directory.EVENTS,
    **kf.NOTICES,
    **archive.NOTICES,
}
_OFFICIAL: Mapping[str, Builder] = {**official.MESSAGES, **official.EVENTS}
#: Acknowledged and nothing else (fact sheet 2.2, 2.11); suites add their own housekeeping.
_IGNORED = frozenset(
    {
        "add_schedule",
        "book_meeting_room",
        "cancel_auth",
        "cancel_meeting_room",
        "change_auth",
        "close_inactive_agent",
        "create_auth",
        "delete_calendar",
        "delete_schedule",
        "living_status_change",
        "masssendjobfinish",
        "modify_calendar",
        "modify_schedule",
        "reopen_inactive_agent",
        "reset_permanent_code",
        "share_agent_change",
        "share_chain_change",
        "suite_ticket",
        "switch_workbench_mode",
    }
)
#: Card and verification events of official accounts come in families (2.11).
_OFFICIAL_IGNORED = ("user_", "verify_")


def peek(source: str, plaintext: bytes) -> Peek:
    """Return the inbox key, subject and priority of a payload.

    Cheap enough for the time before the acknowledgement.

    Raises:
        ParseError: the payload is neither XML nor JSON of the platform's form.
    """
    return identify(source, Fields(read_document(plaintext)), plaintext)


def parse(source: str, plaintext: bytes, received_at: datetime | None = None) -> Update:
    """Return the typed update of a payload that came through ``source``.

    Kinds that are unknown, or lack a field they cannot do without, become
    ``Unknown`` and keep everything. ``received_at`` is the event time of the
    few payloads that state none (AI bot messages, fact sheet 2.10).

    Raises:
        ParseError: the payload is neither XML nor JSON of the platform's form.
    """
    fields = Fields(read_document(plaintext))
    peeked = identify(source, fields, plaintext)
    family, _, account = source.partition(":")
    at, kind = _event_time(fields) or received_at or _EPOCH, _kind(family, account, fields)
    sender = fields.text("FromUserName") if family in _ENVELOPED else ""
    arrival = Arrival(source, account, fields, plaintext, peeked, at, kind, sender)
    try:
        return _BUILDERS.get(family, Arrival.unknown)(arrival)
    except MissingField as missing:
        return arrival.unknown(f"missing {missing}")


def _event_time(fields: Fields) -> datetime | None:
    if fields.has("cmd"):
        return _event_time(fields.view("body"))
    for name in _TIMES:
        if fields.has(name):
            return fields.moment(name)
    return None


def _kind(family: str, account: str, fields: Fields) -> str:
    if family == "fetch":
        return account
    if family not in _ENVELOPED:
        inner = fields.view("event")
        return inner.see("event_type") or inner.see("eventtype") or fields.see("msgtype")
    kind = fields.text("MsgType").lower()
    # Suites say InfoType where others say Event, and no MsgType (fact sheet 2).
    event = (fields.text("InfoType") or fields.text("Event")).lower()
    change = fields.text("ChangeType").lower()
    if kind in {"event", ""}:
        return f"{event}.{change}" if change else event
    return f"{MESSAGE}{kind}"


def _build_wecom(arrival: Arrival) -> Update:
    arrival.fields.drop("ToUserName", "SuiteId", "AuthCorpId")
    return _build_from(_WECOM, arrival)


def _build_official(arrival: Arrival) -> Update:
    arrival.fields.drop("ToUserName")
    if arrival.kind.startswith(_OFFICIAL_IGNORED):
        return _ignore(arrival)
    return _build_from(_OFFICIAL, arrival)


def _build_from(table: Mapping[str, Builder], arrival: Arrival) -> Update:
    builder = table.get(arrival.kind)
    if builder:
        return builder(arrival)
    return _ignore(arrival) if arrival.kind in _IGNORED else arrival.unknown()


def _ignore(arrival: Arrival) -> Update:
    common = arrival.common()
    # What nobody reads need not travel on; a suite's ticket is even a secret.
    common["extra"] = NOTHING
    return Ignored(kind=arrival.kind, about=arrival.peeked.subject, **common)


#: Families whose payloads carry sender, type and event in the common envelope.
_ENVELOPED = frozenset({"wecom", "suite", "mp"})
_BUILDERS: Mapping[str, Builder] = {
    "wecom": _build_wecom,
    "suite": _build_wecom,
    "mp": _build_official,
    "kf": kf.build_item,
    "archive": archive.build_line,
    "aibot": build_bot_update,
    "fetch": build_answer,
    "timer": build_timer,
}
