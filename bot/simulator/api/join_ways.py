"""Join ways 群活码: codes into customer groups (general knowledge)."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from bot.simulator.api.gateway import Answer, Ask, Endpoint, Strict
from bot.simulator.api.refusal import Code, Refused
from bot.simulator.config import Right
from bot.simulator.world.groups import JoinWay
from bot.simulator.world.world import World

CALLERS = frozenset({Right.CUSTOMERS})
#: Groups of one code.
Chats = Annotated[list[str], Meta(min_length=1, max_length=5)]


class AddJoinWay(Strict):
    """Body of add_join_way."""

    scene: Annotated[int, Meta(ge=1, le=2)]
    chat_id_list: Chats
    remark: Annotated[str, Meta(max_length=30)] = ""
    state: Annotated[str, Meta(max_length=30)] = ""


class UpdateJoinWay(AddJoinWay):
    """Body of update_join_way: everything is replaced."""

    config_id: str = ""


class JoinConfig(Strict):
    """Body of get_join_way and del_join_way."""

    config_id: str


def add(ask: Ask[AddJoinWay]) -> Answer:
    """Create a code; calling twice creates two."""
    world, body = ask.world, ask.body
    _check_chats(world, body.chat_id_list)
    config_id = world.ids.word("jw")
    world.join_ways[config_id] = JoinWay(
        config_id, list(body.chat_id_list), body.state, body.remark, body.scene
    )
    return {"config_id": config_id}


def get(ask: Ask[JoinConfig]) -> Answer:
    """Return a code, or refuse with 41044."""
    way = _way(ask.world, ask.body.config_id)
    return {
        "join_way": {
            "config_id": way.config_id,
            "scene": way.scene,
            "remark": way.remark,
            "state": way.state,
            "chat_id_list": list(way.chat_ids),
            "qr_code": f"/join/{way.config_id}",
        }
    }


def update(ask: Ask[UpdateJoinWay]) -> Answer:
    """Replace groups, remark and state."""
    body, way = ask.body, _way(ask.world, ask.body.config_id)
    _check_chats(ask.world, body.chat_id_list)
    way.chat_ids, way.state, way.remark = list(body.chat_id_list), body.state, body.remark
    return {}


def delete(ask: Ask[JoinConfig]) -> Answer:
    """Delete a code."""
    _way(ask.world, ask.body.config_id)
    del ask.world.join_ways[ask.body.config_id]
    return {}


def _check_chats(world: World, chat_ids: list[str]) -> None:
    if any(chat_id not in world.groups for chat_id in chat_ids):
        raise Refused(Code.BAD_CHAT, "chatid not exist")


def _way(world: World, config_id: str) -> JoinWay:
    way = world.join_ways.get(config_id)
    if way is None:
        raise Refused(Code.BAD_CONTACT_WAY, "invalid join way config id")
    return way


BASE = "/cgi-bin/externalcontact/groupchat"
ENDPOINTS: tuple[Endpoint[Any], ...] = (
    Endpoint("POST", f"{BASE}/add_join_way", AddJoinWay, add, CALLERS),
    Endpoint("POST", f"{BASE}/get_join_way", JoinConfig, get, CALLERS),
    Endpoint("POST", f"{BASE}/update_join_way", UpdateJoinWay, update, CALLERS),
    Endpoint("POST", f"{BASE}/del_join_way", JoinConfig, delete, CALLERS),
)
