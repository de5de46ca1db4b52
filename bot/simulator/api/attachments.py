"""What a welcome or a mass send carries besides its text (fact sheet 3.7)."""

from __future__ import annotations

from bot.simulator.api import lookups
from bot.simulator.api.gateway import Strict
from bot.simulator.api.refusal import Code, Refused
from bot.simulator.world.windows import MessageKind, Said
from bot.simulator.world.world import World


class AttachedLink(Strict):
    """A link attachment."""

    title: str
    url: str
    picurl: str = ""
    desc: str = ""


class AttachedMedia(Strict):
    """An image, video or file attachment."""

    media_id: str = ""
    pic_url: str = ""


class AttachedProgram(Strict):
    """A mini program attachment."""

    title: str
    pic_media_id: str
    appid: str
    page: str


class Attachment(Strict):
    """One attachment; the part named by ``msgtype`` must be there."""

    msgtype: str
    image: AttachedMedia | None = None
    video: AttachedMedia | None = None
    file: AttachedMedia | None = None
    link: AttachedLink | None = None
    miniprogram: AttachedProgram | None = None


def shown(world: World, attachment: Attachment) -> Said:
    """Return the attachment as windows show it; a medium that is gone is 40007."""
    msgtype = attachment.msgtype
    if msgtype not in ("image", "video", "file", "link", "miniprogram"):
        raise Refused(Code.BAD_MSGTYPE, "invalid message type")
    part = getattr(attachment, msgtype)
    match part:
        case AttachedLink():
            link = {"title": part.title, "desc": part.desc, "url": part.url}
            return Said(MessageKind.LINK, part.title, {"link": link})
        case AttachedProgram():
            lookups.check_media(world, part.pic_media_id)
            return Said(MessageKind.LINK, part.title, {"link": {"title": part.title}})
        case AttachedMedia() if part.pic_url and msgtype == "image":
            return Said(MessageKind.IMAGE, "", {"url": part.pic_url})
        case AttachedMedia():
            lookups.check_media(world, part.media_id)
            return Said(MessageKind.IMAGE, "", {"media_id": part.media_id})
        case _:
            raise Refused(Code.BAD_PARAMETER, f"invalid request parameter: {msgtype}")
