"""Wire forms of the official account's customer-service messages (fact sheet 3.10)."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from bot.simulator.api import lookups
from bot.simulator.api.gateway import Strict
from bot.simulator.api.refusal import Code, Refused
from bot.simulator.world.windows import MessageKind, Said
from bot.simulator.world.world import World


class Text(Strict):
    """Body of text."""

    content: str


class Media(Strict):
    """Body of image and voice."""

    media_id: str


class Video(Strict):
    """Body of video."""

    media_id: str
    thumb_media_id: str
    title: str = ""
    description: str = ""


class Article(Strict):
    """The one article of news."""

    title: str
    description: str = ""
    url: str = ""
    picurl: str = ""


class News(Strict):
    """Body of news: one article."""

    articles: Annotated[list[Article], Meta(min_length=1, max_length=1)]


class MenuItem(Strict):
    """An answer that comes back as text with its id."""

    id: str
    content: str


class Menu(Strict):
    """Body of msgmenu."""

    items: Annotated[list[MenuItem], Meta(min_length=1)] = msgspec.field(name="list")
    head_content: str = ""
    tail_content: str = ""


class MiniProgram(Strict):
    """Body of miniprogrampage."""

    title: str
    appid: str
    pagepath: str
    thumb_media_id: str


class Service(Strict):
    """Which service account speaks."""

    kf_account: str


class CustomSend(Strict):
    """Body of message/custom/send."""

    touser: str
    msgtype: str
    text: Text | None = None
    image: Media | None = None
    voice: Media | None = None
    video: Video | None = None
    news: News | None = None
    msgmenu: Menu | None = None
    miniprogrampage: MiniProgram | None = None
    customservice: Service | None = None


BODIES = frozenset({"text", "image", "voice", "video", "news", "msgmenu", "miniprogrampage"})


def render(world: World, body: CustomSend) -> Said:
    """Return what the user will see.

    Raises:
        Refused: unknown type (40008), missing part (40058), text too long (45002),
            dead media (40007).
    """
    if body.msgtype not in BODIES:
        raise Refused(Code.BAD_MSGTYPE, "invalid message type")
    match getattr(body, body.msgtype):
        case Text() as text:
            lookups.check_text(text.content)
            return Said(MessageKind.TEXT, text.content)
        case Menu() as menu:
            return Said(MessageKind.MENU, menu.head_content, {"menu": msgspec.to_builtins(menu)})
        case News() as news:
            article = news.articles[0]
            link = {"title": article.title, "desc": article.description, "url": article.url}
            return Said(MessageKind.LINK, article.title, {"link": link})
        case Media() | Video() as media:
            _check_media(world, media.media_id)
            return Said(MessageKind.IMAGE, "", {"media_id": media.media_id})
        case MiniProgram() as program:
            _check_media(world, program.thumb_media_id)
            return Said(MessageKind.LINK, program.title, {"link": {"title": program.title}})
        case _:
            detail = f"invalid request parameter: {body.msgtype} is required"
            raise Refused(Code.BAD_PARAMETER, detail)


def _check_media(world: World, media_id: str) -> None:
    if world.official_media.find(media_id, world.now) is None:
        raise Refused(Code.BAD_MEDIA_ID, "invalid media_id")
