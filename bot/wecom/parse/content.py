"""What a message carries, from each door's own wording to the one typed form."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.wecom.parse.fields import Fields, as_json
from handlers.updates import (
    BusinessCard,
    Content,
    File,
    Image,
    Link,
    Location,
    MiniProgram,
    Mixed,
    Other,
    Text,
    Video,
    Voice,
)

Reader = Callable[[Fields], Content]


def location(fields: Fields) -> Location:
    """Read the place that apps and official accounts write (X is the latitude)."""
    return Location(
        latitude=fields.number("Location_X"),
        longitude=fields.number("Location_Y"),
        label=fields.text("Label"),
        name=fields.text("Poiname"),
        scale=fields.number("Scale"),
    )


def reported_location(fields: Fields) -> Location:
    """Read the place of a LOCATION event."""
    return Location(fields.number("Latitude"), fields.number("Longitude"))


def _video(fields: Fields) -> Video:
    return Video(fields.text("MediaId"), fields.text("ThumbMediaId"))


#: Corp app and official account (fact sheet 2.1, 2.11): fields beside the envelope's.
FLAT: Mapping[str, Reader] = {
    "text": lambda f: Text(f.text("Content"), f.text("bizmsgmenuid")),
    "image": lambda f: Image(f.text("MediaId"), f.text("PicUrl")),
    "voice": lambda f: Voice(f.text("MediaId"), f.text("Format"), f.text("Recognition")),
    "video": _video,
    "shortvideo": _video,
    "location": location,
    "link": lambda f: Link(f.text("Title"), f.text("Url"), f.text("Description"), f.text("PicUrl")),
}

#: 微信客服 (2.7): a structure named like the type.
_KF: Mapping[str, Reader] = {
    "text": lambda f: Text(f.text("content"), f.text("menu_id")),
    "image": lambda f: Image(f.text("media_id")),
    "voice": lambda f: Voice(f.text("media_id")),
    "video": lambda f: Video(f.text("media_id")),
    "file": lambda f: File(f.text("media_id")),
    "location": lambda f: Location(
        f.number("latitude"), f.number("longitude"), f.text("address"), f.text("name")
    ),
    "link": lambda f: Link(f.text("title"), f.text("url"), f.text("desc"), f.text("pic_url")),
    "business_card": lambda f: BusinessCard(f.text("userid")),
    "miniprogram": lambda f: MiniProgram(
        f.text("title"), f.text("appid"), f.text("pagepath"), f.text("thumb_media_id")
    ),
}
#: Rare 微信客服 types that are named but not modelled.
_KF_RARE = frozenset(
    {
        "channels",
        "channels_shop_order",
        "channels_shop_product",
        "meeting",
        "merged_msg",
        "msgmenu",
        "note",
        "schedule",
    }
)

#: AI bot (2.10): addresses live 5 minutes, the bytes are encrypted.
_BOT: Mapping[str, Reader] = {
    "text": lambda f: Text(f.text("content")),
    "voice": lambda f: Voice(text=f.text("content")),
    "image": lambda f: Image(url=f.text("url"), aes_key=f.text("aeskey")),
    "file": lambda f: File(name=f.text("filename"), url=f.text("url"), aes_key=f.text("aeskey")),
    "video": lambda f: Video(url=f.text("url"), aes_key=f.text("aeskey")),
}

#: Message archive (2.9): media by the id for the vendor's library.
_ARCHIVE: Mapping[str, Reader] = {
    "text": lambda f: Text(f.text("content")),
    "image": lambda f: Image(f.text("sdkfileid")),
    "voice": lambda f: Voice(f.text("sdkfileid")),
    "video": lambda f: Video(f.text("sdkfileid")),
    "file": lambda f: File(f.text("sdkfileid"), f.text("filename")),
    "location": lambda f: Location(
        f.number("latitude"),
        f.number("longitude"),
        f.text("address"),
        f.text("title"),
        f.number("zoom"),
    ),
    "link": lambda f: Link(
        f.text("title"), f.text("link_url"), f.text("description"), f.text("image_url")
    ),
    "card": lambda f: BusinessCard(f.text("userid")),
}


def kf_content(kind: str, fields: Fields) -> Content | None:
    """Read a 微信客服 message's content; None for a type nobody has documented."""
    if kind in _KF:
        return _KF[kind](fields.node(kind))
    return Other(kind, as_json(fields.take(kind))) if kind in _KF_RARE else None


def bot_content(kind: str, fields: Fields) -> Content | None:
    """Read an AI bot message's content; None for a type nobody has documented."""
    if kind == "mixed":
        items = fields.node("mixed").nodes("msg_item")
        parts = (bot_content(item.text("msgtype"), item) for item in items)
        return Mixed(tuple(part for part in parts if part is not None))
    return _BOT[kind](fields.node(kind)) if kind in _BOT else None


def archive_content(kind: str, fields: Fields) -> Content:
    """Read an archived message's content; rare types are kept as JSON."""
    if kind in _ARCHIVE:
        return _ARCHIVE[kind](fields.node(kind))
    return Other(kind, as_json(fields.take(kind)))


def selections(fields: Fields) -> dict[str, tuple[str, ...]]:
    """Read the chosen option ids of a card, by question (2.2, 2.10)."""
    return {
        item.text("QuestionKey"): tuple(
            option for ids in item.nodes("OptionIds") for option in ids.texts("OptionId")
        )
        for chosen in fields.nodes("SelectedItems")
        for item in chosen.nodes("SelectedItem")
    }


def picture_checksums(fields: Fields) -> tuple[str, ...]:
    """Read the checksums of picked pictures; ``PicList`` has been seen repeated (2.2)."""
    return tuple(
        item.text("PicMd5Sum")
        for listed in fields.nodes("PicList")
        for item in listed.nodes("item")
    )
