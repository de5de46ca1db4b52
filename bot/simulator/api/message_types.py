"""Wire forms of message/send (fact sheet 3.2)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from bot.simulator.api.cards import TemplateCard
from bot.simulator.api.gateway import Strict

MAX_DUPLICATE_INTERVAL = 4 * 3600


class Content(Strict):
    """Body of text and markdown."""

    content: str


class TextCard(Strict):
    """Body of textcard."""

    title: str
    description: str
    url: str
    btntxt: str = ""


class Media(Strict):
    """Body of image, voice and file."""

    media_id: str


class Video(Strict):
    """Body of video."""

    media_id: str
    title: str = ""
    description: str = ""


class Article(Strict):
    """An article of news."""

    title: str
    description: str = ""
    url: str = ""
    picurl: str = ""
    appid: str = ""
    pagepath: str = ""


class News(Strict):
    """Body of news."""

    articles: list[Article]


class Send(Strict):
    """Body of message/send; the part named by ``msgtype`` must be there."""

    msgtype: str
    agentid: int
    touser: str = ""
    toparty: str = ""
    totag: str = ""
    text: Content | None = None
    markdown: Content | None = None
    textcard: TextCard | None = None
    news: News | None = None
    image: Media | None = None
    voice: Media | None = None
    file: Media | None = None
    video: Video | None = None
    template_card: TemplateCard | None = None
    safe: Annotated[int, Meta(ge=0, le=2)] = 0
    enable_id_trans: Annotated[int, Meta(ge=0, le=1)] = 0
    enable_duplicate_check: Annotated[int, Meta(ge=0, le=1)] = 0
    duplicate_check_interval: Annotated[int, Meta(ge=1, le=MAX_DUPLICATE_INTERVAL)] = 1800
