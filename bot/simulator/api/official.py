"""The official account: messages, QR scenes, users (fact sheet 3.10)."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal
from urllib.parse import quote

from msgspec import Meta

from bot.simulator import callbacks, payloads
from bot.simulator.api.gateway import Answer, Ask, Endpoint, Strict
from bot.simulator.api.official_types import CustomSend, render
from bot.simulator.api.refusal import Code, Refused
from bot.simulator.config import Right
from bot.simulator.moments import unix
from bot.simulator.world.official import Follower, Quota, SceneCode
from bot.simulator.world.windows import MessageKind, Said
from bot.simulator.world.world import World

CALLERS = frozenset({Right.OFFICIAL})
#: How long a ``client_msg_id`` keeps a second message away.
CLIENT_MSG_MEMORY = timedelta(minutes=10)
MAX_PERMANENT_SCENE = 100_000


class Field(Strict):
    """A value of a template."""

    value: str
    color: str = ""


class Program(Strict):
    """The mini program a template message opens."""

    appid: str
    pagepath: str = ""


class TemplateSend(Strict):
    """Body of template/send."""

    touser: str
    template_id: str
    data: dict[str, Field]
    url: str = ""
    miniprogram: Program | None = None
    client_msg_id: Annotated[str, Meta(max_length=32)] = ""


class Scene(Strict):
    """What a QR code stands for: number or word."""

    scene_id: Annotated[int, Meta(ge=1)] | None = None
    scene_str: Annotated[str, Meta(min_length=1, max_length=64)] | None = None


class ActionInfo(Strict):
    """Wraps the scene."""

    scene: Scene


class MakeCode(Strict):
    """Body of qrcode/create."""

    action_name: Literal["QR_SCENE", "QR_STR_SCENE", "QR_LIMIT_SCENE", "QR_LIMIT_STR_SCENE"]
    action_info: ActionInfo
    expire_seconds: Annotated[int, Meta(ge=1, le=2592000)] = 60


class UserQuery(Strict):
    """Query of user/info."""

    openid: str
    lang: str = "zh_CN"


class UserRef(Strict):
    """One of user/info/batchget."""

    openid: str
    lang: str = "zh_CN"


class UserBatch(Strict):
    """Body of user/info/batchget."""

    user_list: Annotated[list[UserRef], Meta(min_length=1, max_length=100)]


def custom_send(ask: Ask[CustomSend]) -> Answer:
    """Show a customer-service message: 5 per 48 h after a message, 3 per minute after an act."""
    world, body = ask.world, ask.body
    said = render(world, body)
    follower = _follower(world, body.touser)
    match world.official.spend(follower, world.now):
        case Quota.CLOSED:
            raise Refused(
                Code.MP_WINDOW_OVER, "response out of time limit or subscription canceled"
            )
        case Quota.USED_UP:
            raise Refused(Code.MP_QUOTA_USED, "out of response count limit")
    _show(world, body.touser, said)
    return {}


def template_send(ask: Ask[TemplateSend]) -> Answer:
    """Show a template message and report its end by TEMPLATESENDJOBFINISH."""
    world, body = ask.world, ask.body
    title = world.official.templates.get(body.template_id)
    if title is None:
        raise Refused(Code.BAD_TEMPLATE, "invalid template_id")
    if not body.data or any(not field.value for field in body.data.values()):
        raise Refused(Code.BAD_TEMPLATE_FIELD, "argument invalid! data")
    _follower(world, body.touser)
    known = world.official.client_msgs.get(body.client_msg_id)
    if body.client_msg_id and known and world.now - known[1] < CLIENT_MSG_MEMORY:
        return {"msgid": known[0]}
    msgid = world.ids.number()
    world.official.client_msgs[body.client_msg_id] = (msgid, world.now)
    lines = "\n".join([title, *(field.value for field in body.data.values())])
    said = Said(MessageKind.LINK, lines, {"link": {"title": title, "desc": lines, "url": body.url}})
    _show(world, body.touser, said)
    fields = payloads.official_event(
        world, body.touser, "TEMPLATESENDJOBFINISH", [("MsgID", msgid), ("Status", "success")]
    )
    callbacks.tell_official(world, body.touser, fields)
    return {"msgid": msgid}


def _follower(world: World, openid: str) -> Follower:
    if world.customers.by_openid(openid) is None:
        raise Refused(Code.BAD_USERID, "invalid openid")
    follower = world.official.follower(openid)
    if follower is None:
        raise Refused(Code.NOT_A_FOLLOWER, "require subscribe")
    return follower


def _show(world: World, openid: str, said: Said) -> None:
    customer = world.customers.by_openid(openid)
    if customer is not None:
        world.windows.show(f"mp:{customer.external_userid}", world.official.account, said)


def make_code(ask: Ask[MakeCode]) -> Answer:
    """Create a parametric QR code; the LIMIT kinds never expire."""
    world, body = ask.world, ask.body
    is_permanent = body.action_name.startswith("QR_LIMIT")
    scene = _scene(body, is_permanent=is_permanent)
    until = None if is_permanent else world.now + timedelta(seconds=body.expire_seconds)
    ticket = world.ids.word("gQ")
    world.official.codes[ticket] = SceneCode(ticket, scene, until)
    answer: dict[str, object] = {
        "ticket": ticket,
        "url": f"https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket={quote(ticket)}",
    }
    return answer if is_permanent else answer | {"expire_seconds": body.expire_seconds}


def _scene(body: MakeCode, *, is_permanent: bool) -> str:
    scene = body.action_info.scene
    value = scene.scene_str if "STR" in body.action_name else scene.scene_id
    if value is None:
        raise Refused(Code.BAD_PARAMETER, "invalid request parameter: scene")
    if is_permanent and isinstance(value, int) and value > MAX_PERMANENT_SCENE:
        raise Refused(Code.BAD_PARAMETER, "invalid request parameter: scene_id")
    return str(value)


def user_info(ask: Ask[UserQuery]) -> Answer:
    """Return what the account may know of a user; no name or picture since 2021."""
    return _user(ask.world, ask.body.openid)


def user_batch(ask: Ask[UserBatch]) -> Answer:
    """Return several users at once."""
    return {"user_info_list": [_user(ask.world, ref.openid) for ref in ask.body.user_list]}


def _user(world: World, openid: str) -> dict[str, object]:
    customer = world.customers.by_openid(openid)
    if customer is None:
        raise Refused(Code.BAD_USERID, "invalid openid")
    follower = world.official.follower(openid)
    if follower is None:
        return {"subscribe": 0, "openid": openid}
    scene = follower.scene
    info: dict[str, object] = {
        "subscribe": 1,
        "openid": openid,
        "language": "zh_CN",
        "subscribe_time": unix(follower.subscribed_at),
        "remark": "",
        "groupid": 0,
        "tagid_list": [],
        "subscribe_scene": "ADD_SCENE_QR_CODE" if scene else "ADD_SCENE_SEARCH",
        "qr_scene": int(scene) if scene.isdigit() else 0,
        "qr_scene_str": "" if scene.isdigit() else scene,
    }
    return info | ({"unionid": customer.unionid} if customer.unionid else {})


ENDPOINTS: tuple[Endpoint[Any], ...] = (
    Endpoint("POST", "/cgi-bin/message/custom/send", CustomSend, custom_send, CALLERS),
    Endpoint("POST", "/cgi-bin/message/template/send", TemplateSend, template_send, CALLERS),
    Endpoint("POST", "/cgi-bin/qrcode/create", MakeCode, make_code, CALLERS),
    Endpoint("GET", "/cgi-bin/user/info", UserQuery, user_info, CALLERS),
    Endpoint("POST", "/cgi-bin/user/info/batchget", UserBatch, user_batch, CALLERS),
)
