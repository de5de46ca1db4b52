"""Wire forms of kf/send_msg and kf/send_msg_on_event (fact sheet 3.8)."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from bot.simulator.api import lookups
from bot.simulator.api.gateway import Strict
from bot.simulator.api.refusal import Code, Refused
from bot.simulator.world.windows import MessageKind, Said
from bot.simulator.world.world import World

MsgId = Annotated[str, Meta(pattern="^[0-9a-zA-Z_-]{1,32}$")]
MAX_HEAD = 1024


class Text(Strict):
    """Body of text; ``menu_id`` only comes in, never goes out."""

    content: str


class Media(Strict):
    """Body of image, voice, video, file."""

    media_id: str


class Link(Strict):
    """Body of link."""

    title: str
    url: str
    thumb_media_id: str
    desc: str = ""


class MiniProgram(Strict):
    """Body of miniprogram."""

    appid: str
    thumb_media_id: str
    pagepath: str
    title: str = ""


class Location(Strict):
    """Body of location."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class AcquisitionLink(Strict):
    """Body of ca_link."""

    link_url: str


class Click(Strict):
    """An answer that comes back as text with its id."""

    content: str
    id: Annotated[str, Meta(max_length=128)] = ""


class View(Strict):
    """An answer that opens a page."""

    url: str
    content: str


class Program(Strict):
    """An answer that opens a mini program."""

    appid: str
    pagepath: str
    content: str


class Line(Strict):
    """A line of text within a menu."""

    content: str
    no_newline: int = 0


class MenuItem(Strict):
    """A line of a menu; the part named by ``type`` must be there."""

    type: Literal["click", "view", "miniprogram", "text"]
    click: Click | None = None
    view: View | None = None
    miniprogram: Program | None = None
    text: Line | None = None


class Menu(Strict):
    """Body of msgmenu."""

    items: Annotated[tuple[MenuItem, ...], Meta(max_length=10)] = msgspec.field(
        default=(), name="list"
    )
    head_content: str = ""
    tail_content: str = ""


class KfSend(Strict):
    """Body of send_msg."""

    touser: str
    open_kfid: str
    msgtype: str
    msgid: MsgId | Literal[""] = ""
    text: Text | None = None
    image: Media | None = None
    voice: Media | None = None
    video: Media | None = None
    file: Media | None = None
    link: Link | None = None
    miniprogram: MiniProgram | None = None
    msgmenu: Menu | None = None
    location: Location | None = None
    ca_link: AcquisitionLink | None = None


class EventSend(Strict):
    """Body of send_msg_on_event: text and menus only."""

    code: str
    msgtype: Literal["text", "msgmenu"]
    msgid: MsgId | Literal[""] = ""
    text: Text | None = None
    msgmenu: Menu | None = None


#: Every message type; each is the name of its body's field.
BODIES = frozenset(KfSend.__struct_fields__) - {"touser", "open_kfid", "msgtype", "msgid"}


def render(world: World, msgtype: str, body: KfSend | EventSend) -> Said:
    """Return what the customer will see.

    Raises:
        Refused: unknown type (40008), missing part (40058), text too long (45002),
            dead media (40007).
    """
    part = getattr(body, msgtype, None) if msgtype in BODIES else None
    match part:
        case Text():
            lookups.check_text(part.content)
            return Said(MessageKind.TEXT, part.content)
        case Menu():
            return _menu(part)
        case Media():
            lookups.check_media(world, part.media_id)
            return Said(MessageKind.IMAGE, "", {"media_id": part.media_id})
        case Link() | MiniProgram():
            lookups.check_media(world, part.thumb_media_id)
            return Said(MessageKind.LINK, part.title, {"link": _preview(part)})
        case Location():
            return Said(MessageKind.TEXT, part.name or part.address)
        case AcquisitionLink():
            return Said(MessageKind.LINK, part.link_url, {"link": {"url": part.link_url}})
    if msgtype in BODIES:
        raise Refused(Code.BAD_PARAMETER, f"invalid request parameter: {msgtype} is required")
    raise Refused(Code.BAD_MSGTYPE, "invalid message type")


def _preview(part: Link | MiniProgram) -> dict[str, str]:
    if isinstance(part, MiniProgram):
        return {"title": part.title}
    return {"title": part.title, "desc": part.desc, "url": part.url}


def _menu(menu: Menu) -> Said:
    for item in menu.items:
        if getattr(item, item.type) is None:
            raise Refused(Code.BAD_PARAMETER, f"invalid request parameter: list.{item.type}")
    for text in (menu.head_content, menu.tail_content):
        if len(text.encode()) > MAX_HEAD:
            raise Refused(Code.TEXT_TOO_LONG, "content size out of limit")
    if not (menu.head_content or menu.items):
        raise Refused(Code.BAD_PARAMETER, "invalid request parameter: msgmenu is empty")
    wire: dict[str, object] = {"list": [_item(item) for item in menu.items]}
    wire |= {"head_content": menu.head_content, "tail_content": menu.tail_content}
    return Said(MessageKind.MENU, menu.head_content, {"menu": wire})


def _item(item: MenuItem) -> dict[str, object]:
    return {"type": item.type, item.type: msgspec.to_builtins(getattr(item, item.type))}
