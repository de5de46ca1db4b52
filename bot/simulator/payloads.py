"""Builds the callbacks of fact sheet section 2 as lists of fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.simulator.moments import unix
from bot.simulator.wire.xml import Field
from bot.simulator.world.relations import Pair
from bot.simulator.world.world import World

#: ``FromUserName`` of events that no member caused.
SYS = "sys"


def filled(**fields: str | int) -> list[Field]:
    """Return the fields that are not empty: optional elements are absent, not blank."""
    return [(name, value) for name, value in fields.items() if value != ""]


def _head(world: World, to: str, sender: str, msg_type: str) -> list[Field]:
    head: list[Field] = [("ToUserName", to)]
    if sender:
        head.append(("FromUserName", sender))
    return [*head, ("CreateTime", unix(world.now)), ("MsgType", msg_type)]


def app_message(world: World, userid: str, msg_type: str, body: Mapping[str, str]) -> list[Field]:
    """A member's message to the app (2.1)."""
    corp = world.config.corp
    return [
        *_head(world, corp.corpid, userid, msg_type),
        *body.items(),
        ("MsgId", world.ids.number()),
        ("AgentID", corp.agentid),
    ]


def app_event(world: World, userid: str, event: str, body: Sequence[Field]) -> list[Field]:
    """A member's event in the app (2.2)."""
    corp = world.config.corp
    head = _head(world, corp.corpid, userid, "event")
    return [*head, ("Event", event), *body, ("AgentID", corp.agentid)]


def corp_event(world: World, event: str, body: Sequence[Field], sender: str = SYS) -> list[Field]:
    """An event of the corp without MsgId and AgentID (2.3 to 2.7)."""
    head = _head(world, world.config.corp.corpid, sender, "event")
    return [*head, ("Event", event), *body]


def customer_event(
    world: World, change: str, pair: Pair, body: Sequence[Field] = ()
) -> list[Field]:
    """A change_external_contact between a member and a customer (2.3)."""
    ids: list[Field] = [
        ("ChangeType", change),
        ("UserID", pair.userid),
        ("ExternalUserID", pair.external_userid),
    ]
    return corp_event(world, "change_external_contact", [*ids, *body])


def group_event(world: World, chat_id: str, change: str, body: Sequence[Field] = ()) -> list[Field]:
    """A change_external_chat (2.4)."""
    ids: list[Field] = [("ChatId", chat_id), ("ChangeType", change)]
    return corp_event(world, "change_external_chat", [*ids, *body])


def kf_event(world: World, open_kfid: str) -> list[Field]:
    """The call to pull an account's messages, with a fresh token (2.7)."""
    token = world.kf.issue_token(open_kfid, world.now)
    body: list[Field] = [("Token", token), ("OpenKfId", open_kfid)]
    return corp_event(world, "kf_msg_or_event", body, sender="")


def official_message(
    world: World, openid: str, msg_type: str, body: Mapping[str, str]
) -> list[Field]:
    """A user's message to the official account (2.11)."""
    head = _head(world, world.config.official.account, openid, msg_type)
    return [*head, *body.items(), ("MsgId", world.ids.number())]


def official_event(
    world: World, openid: str, event: str, body: Sequence[Field] = ()
) -> list[Field]:
    """A user's event at the official account (2.11)."""
    head = _head(world, world.config.official.account, openid, "event")
    return [*head, ("Event", event), *body]
