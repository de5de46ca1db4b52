"""Customer groups (fact sheet 3.7)."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from bot.simulator.api import lookups
from bot.simulator.api.gateway import Answer, Ask, Endpoint, Strict
from bot.simulator.api.refusal import Code, Refused
from bot.simulator.config import Right
from bot.simulator.moments import unix
from bot.simulator.world.groups import Group, GroupMember
from bot.simulator.world.world import World

CALLERS = frozenset({Right.CUSTOMERS})


#: ``status`` of a group; the stand-in hands over at once, so never 2.
NORMAL, OWNER_LEFT, INHERITED = 0, 1, 3


class Owners(Strict):
    """Whose groups."""

    userid_list: Annotated[tuple[str, ...], Meta(max_length=100)] = ()


class ListGroups(Strict):
    """Body of groupchat/list."""

    limit: Annotated[int, Meta(ge=1, le=1000)]
    status_filter: Annotated[int, Meta(ge=0, le=3)] = 0
    owner_filter: Owners = msgspec.field(default_factory=Owners)
    cursor: str = ""


class GetGroup(Strict):
    """Body of groupchat/get."""

    chat_id: str
    need_name: Annotated[int, Meta(ge=0, le=1)] = 0


def get_list(ask: Ask[ListGroups]) -> Answer:
    """Return groups page by page, with the state of their ownership."""
    body = ask.body
    owners = {userid.casefold() for userid in body.owner_filter.userid_list}
    groups = [
        group
        for group in ask.world.groups.values()
        if (not owners or group.owner.casefold() in owners)
        and body.status_filter in (0, _status(ask.world, group))
    ]
    page, cursor = lookups.page(groups, body.cursor, body.limit)
    listed = [{"chat_id": group.chat_id, "status": _status(ask.world, group)} for group in page]
    return {"group_chat_list": listed, "next_cursor": cursor}


def _status(world: World, group: Group) -> int:
    if world.directory.find(group.owner) is None:
        return OWNER_LEFT
    return INHERITED if group.was_inherited else NORMAL


def get(ask: Ask[GetGroup]) -> Answer:
    """Return a group and its members; names only with need_name."""
    group = ask.world.groups.get(ask.body.chat_id)
    if group is None:
        raise Refused(Code.BAD_CHAT, "chatid not exist")
    has_names = bool(ask.body.need_name)
    return {
        "group_chat": {
            "chat_id": group.chat_id,
            "name": group.name,
            "owner": group.owner,
            "create_time": unix(group.created_at),
            "notice": group.notice,
            "member_list": [_member(m, has_names=has_names) for m in group.members.values()],
            "admin_list": [],
            "member_version": f"v{group.version}",
        }
    }


def _member(member: GroupMember, *, has_names: bool) -> dict[str, object]:
    wire: dict[str, object] = {
        "userid": member.id,
        "type": member.side.value,
        "join_time": unix(member.joined_at),
        "join_scene": member.join_scene,
        "group_nickname": "",
    }
    if member.unionid:
        wire["unionid"] = member.unionid
    if member.invitor:
        wire["invitor"] = {"userid": member.invitor}
    if member.state:
        wire["state"] = member.state
    if has_names:
        wire["name"] = member.name
    return wire


BASE = "/cgi-bin/externalcontact/groupchat"
ENDPOINTS: tuple[Endpoint[Any], ...] = (
    Endpoint("POST", f"{BASE}/list", ListGroups, get_list, CALLERS),
    Endpoint("POST", f"{BASE}/get", GetGroup, get, CALLERS),
)
