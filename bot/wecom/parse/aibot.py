"""AI bot: webhook bodies and socket frames (fact sheet 2.10)."""

from __future__ import annotations

from dataclasses import replace

from bot.wecom.parse.arrival import Arrival, Common
from bot.wecom.parse.content import bot_content, selections
from bot.wecom.parse.fields import Fields, as_json
from domain.values import UserId
from handlers.updates import (
    NOBODY,
    BotCardClicked,
    BotChatEntered,
    BotDisconnected,
    BotFeedbackGiven,
    BotMessage,
    BotStreamPolled,
    Update,
)


class _Bot(Common):
    bot_id: str
    msgid: str
    userid: UserId
    corp_id: str
    chat_id: str
    req_id: str


def build_bot_update(arrival: Arrival) -> Update:
    """Return the update of a webhook body or of a socket frame around it."""
    req_id = ""
    if arrival.fields.has("cmd"):
        req_id = arrival.fields.node("headers").text("req_id")
        arrival = replace(arrival, fields=arrival.fields.node("body"))
        arrival.fields.drop("create_time")  # it was read as the event time
    kind = arrival.fields.text("msgtype")
    if kind == "event":
        return _event(arrival, req_id)
    if kind == "stream":
        stream_id = arrival.fields.node("stream").text("id")
        return BotStreamPolled(stream_id=stream_id, **_bot(arrival, req_id))
    return _message(arrival, kind, req_id)


def _bot(arrival: Arrival, req_id: str) -> _Bot:
    fields = arrival.fields
    sender = fields.node("from")
    bot_id, msgid, chat_id = fields.text("aibotid"), fields.text("msgid"), fields.text("chatid")
    fields.drop("chattype", "response_url")
    return {
        **arrival.common(),
        "bot_id": bot_id or arrival.account,
        "msgid": msgid,
        "userid": sender.userid("userid") or NOBODY,
        "corp_id": sender.text("corpid"),
        "chat_id": chat_id,
        "req_id": req_id,
    }


def _message(arrival: Arrival, kind: str, req_id: str) -> Update:
    content = bot_content(kind, arrival.fields)
    if content is None:
        return arrival.unknown()
    quoted = arrival.fields.node("quote")
    return BotMessage(
        content=content,
        quote=bot_content(quoted.text("msgtype"), quoted),
        response_url=arrival.fields.text("response_url"),
        **_bot(arrival, req_id),
    )


def _event(arrival: Arrival, req_id: str) -> Update:
    event = arrival.fields.node("event")
    kind = event.text("eventtype")
    # Details stand in a structure named like the event, or flat beside its name.
    details = event.node(kind) if isinstance(event.document.get(kind), dict) else event
    match kind:
        case "enter_chat":
            return BotChatEntered(**_bot(arrival, req_id))
        case "template_card_event":
            return _card_clicked(arrival, details, req_id)
        case "feedback_event":
            feedback = as_json(dict(details.document))
            return BotFeedbackGiven(feedback=feedback, **_bot(arrival, req_id))
        case "disconnected_event":
            return BotDisconnected(**_bot(arrival, req_id))
        case _:
            return replace(arrival, kind=kind).unknown()


def _card_clicked(arrival: Arrival, details: Fields, req_id: str) -> Update:
    return BotCardClicked(
        task_id=details.need("task_id"),
        key=details.text("event_key"),
        card_type=details.text("card_type"),
        selected=selections(details),
        **_bot(arrival, req_id),
    )
