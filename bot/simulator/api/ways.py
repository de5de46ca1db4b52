"""Contact ways and welcome messages (fact sheet 3.7)."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from bot.simulator.api import attachments, lookups
from bot.simulator.api.gateway import Answer, Ask, Endpoint, Strict
from bot.simulator.api.refusal import Code, Refused
from bot.simulator.config import Right
from bot.simulator.moments import unix
from bot.simulator.world.codes import CodeFault
from bot.simulator.world.people import Employee, MemberStatus
from bot.simulator.world.relations import ContactWay
from bot.simulator.world.windows import MessageKind, Said
from bot.simulator.world.world import World

CALLERS = frozenset({Right.CUSTOMERS})
MAX_WELCOME = 4000
#: ``scene`` of ways that give a picture.
QR_SCENE = 2


class AddWay(Strict):
    """Body of add_contact_way; party expansion and temporary ways are not offered."""

    type: Annotated[int, Meta(ge=1, le=2)]
    scene: Annotated[int, Meta(ge=1, le=2)]
    user: Annotated[list[str], Meta(min_length=1, max_length=100)]
    style: int = 1
    remark: Annotated[str, Meta(max_length=30)] = ""
    skip_verify: bool = True
    state: Annotated[str, Meta(max_length=30)] = ""
    is_exclusive: bool = False
    mark_source: bool = True


class ConfigId(Strict):
    """Body of get_contact_way."""

    config_id: str


class UpdateWay(Strict):
    """Body of update_contact_way; None leaves as it is."""

    config_id: str
    user: Annotated[list[str], Meta(min_length=1, max_length=100)] | None = None
    remark: Annotated[str, Meta(max_length=30)] | None = None
    state: Annotated[str, Meta(max_length=30)] | None = None
    skip_verify: bool | None = None
    style: int = 1


class ListWays(Strict):
    """Body of list_contact_way; moments in unix seconds."""

    start_time: int = 0
    end_time: int = 2**31
    cursor: str = ""
    limit: Annotated[int, Meta(ge=1, le=1000)] = 100


class WelcomeText(Strict):
    """Text of a welcome."""

    content: str


class Welcome(Strict):
    """Body of send_welcome_msg."""

    welcome_code: str
    text: WelcomeText | None = None
    attachments: Annotated[tuple[attachments.Attachment, ...], Meta(max_length=9)] = ()


def add_way(ask: Ask[AddWay]) -> Answer:
    """Create a contact way; calling twice creates two."""
    world, body = ask.world, ask.body
    if body.type == 1 and len(body.user) != 1:
        raise Refused(Code.BAD_PARAMETER, "invalid request parameter: user")
    users = _active(world, body.user)
    config_id = world.ids.word("cw")
    way = ContactWay(
        config_id=config_id,
        type=body.type,
        scene=body.scene,
        users=[user.userid for user in users],
        created_at=world.now,
        state=body.state,
        remark=body.remark,
        qr_code=f"/qr/{config_id}" if body.scene == QR_SCENE else "",
        skip_verify=body.skip_verify,
    )
    world.relations.ways[config_id] = way
    world.hub.publish("contact_way", contact_way=way.as_json())
    return {"config_id": config_id} | ({"qr_code": way.qr_code} if way.qr_code else {})


def _active(world: World, userids: list[str]) -> list[Employee]:
    users = [lookups.employee(world, userid) for userid in userids]
    if any(user.status is not MemberStatus.ACTIVE for user in users):
        raise Refused(Code.MEMBER_NOT_ACTIVATED, "user not activated")
    return users


def _way(world: World, config_id: str) -> ContactWay:
    way = world.relations.ways.get(config_id)
    if way is None:
        raise Refused(Code.BAD_CONTACT_WAY, "invalid contact way config id")
    return way


def update_way(ask: Ask[UpdateWay]) -> Answer:
    """Change whom a contact way leads to; its code stays."""
    body, way = ask.body, _way(ask.world, ask.body.config_id)
    if body.user is not None:
        way.users = [user.userid for user in _active(ask.world, body.user)]
    way.remark = way.remark if body.remark is None else body.remark
    way.state = way.state if body.state is None else body.state
    way.skip_verify = way.skip_verify if body.skip_verify is None else body.skip_verify
    ask.world.hub.publish("contact_way", contact_way=way.as_json())
    return {}


def delete_way(ask: Ask[ConfigId]) -> Answer:
    """Delete a contact way: its code leads nowhere from now on."""
    _way(ask.world, ask.body.config_id)
    del ask.world.relations.ways[ask.body.config_id]
    return {}


def get_way(ask: Ask[ConfigId]) -> Answer:
    """Return a contact way, or refuse with 41044."""
    way = _way(ask.world, ask.body.config_id)
    return {
        "contact_way": {
            "config_id": way.config_id,
            "type": way.type,
            "scene": way.scene,
            "style": 1,
            "remark": way.remark,
            "skip_verify": way.skip_verify,
            "state": way.state,
            "qr_code": way.qr_code,
            "user": list(way.users),
            "party": [],
        }
    }


def list_ways(ask: Ask[ListWays]) -> Answer:
    """Return config_ids of the ways created in the span."""
    body = ask.body
    ways = [
        way.config_id
        for way in ask.world.relations.ways.values()
        if body.start_time <= unix(way.created_at) <= body.end_time
    ]
    start = int(body.cursor) if body.cursor.isdigit() else 0
    page = ways[start : start + body.limit]
    end = start + len(page)
    return {
        "contact_way": [{"config_id": config_id} for config_id in page],
        "next_cursor": str(end) if end < len(ways) else "",
    }


def send_welcome(ask: Ask[Welcome]) -> Answer:
    """Show a welcome in the friend window: within 20 s (41050) and once (41051)."""
    world, body = ask.world, ask.body
    text = body.text.content if body.text else ""
    if not text and not body.attachments:
        raise Refused(Code.BAD_PARAMETER, "text and attachments are both empty")
    if text:
        lookups.check_text(text, longest=MAX_WELCOME)
    attached = [attachments.shown(world, attachment) for attachment in body.attachments]
    pair = world.relations.welcome_codes.redeem(body.welcome_code, world.now)
    if pair is CodeFault.USED:
        raise Refused(Code.WELCOME_CODE_USED, "welcome msg has been sent")
    if isinstance(pair, CodeFault):
        raise Refused(Code.WELCOME_CODE_LATE, "invalid welcome code")
    window = f"friend:{pair.external_userid}:{pair.userid}"
    if text:
        world.windows.show(window, pair.userid, Said(MessageKind.WELCOME, text))
    for said in attached:
        world.windows.show(window, pair.userid, said)
    return {}


BASE = "/cgi-bin/externalcontact"
ENDPOINTS: tuple[Endpoint[Any], ...] = (
    Endpoint("POST", f"{BASE}/add_contact_way", AddWay, add_way, CALLERS),
    Endpoint("POST", f"{BASE}/get_contact_way", ConfigId, get_way, CALLERS),
    Endpoint("POST", f"{BASE}/update_contact_way", UpdateWay, update_way, CALLERS),
    Endpoint("POST", f"{BASE}/del_contact_way", ConfigId, delete_way, CALLERS),
    Endpoint("POST", f"{BASE}/list_contact_way", ListWays, list_ways, CALLERS),
    Endpoint("POST", f"{BASE}/send_welcome_msg", Welcome, send_welcome, CALLERS),
)
