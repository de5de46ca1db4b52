"""What a message carries, the same for every door it may come through."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.swift import swift


@swift
@dataclass(frozen=True, slots=True)
class Text:
    """Written words; ``menu_id`` is set when a menu answer was tapped instead of typed."""

    text: str = field(repr=False)
    menu_id: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """A picture, by media id or by an address that may live only minutes."""

    media_id: str = ""
    url: str = field(default="", repr=False)
    aes_key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice message; ``text`` is the platform's own transcript, if it made one."""

    media_id: str = ""
    format: str = ""
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Video:
    """A film clip, by media id or address."""

    media_id: str = ""
    thumb_media_id: str = ""
    url: str = field(default="", repr=False)
    aes_key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class File:
    """A document, by media id or address."""

    media_id: str = ""
    name: str = ""
    url: str = field(default="", repr=False)
    aes_key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Location:
    """A place in degrees (latitude north, longitude east) with its written address."""

    latitude: float
    longitude: float
    label: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    scale: float = 0.0


@dataclass(frozen=True, slots=True)
class Link:
    """A shared page."""

    title: str = field(repr=False)
    url: str = field(repr=False)
    description: str = field(default="", repr=False)
    picture_url: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class BusinessCard:
    """A member's card that was passed on."""

    userid: str


@dataclass(frozen=True, slots=True)
class MiniProgram:
    """A shared mini program page."""

    title: str = field(repr=False)
    app_id: str
    path: str
    thumb_media_id: str = ""


@dataclass(frozen=True, slots=True)
class Mixed:
    """Several parts in one message."""

    parts: tuple[Content, ...]


@dataclass(frozen=True, slots=True)
class Other:
    """A known but rare type, kept as JSON under its own name."""

    kind: str
    raw: str = field(repr=False)


Content = (
    Text
    | Image
    | Voice
    | Video
    | File
    | Location
    | Link
    | BusinessCard
    | MiniProgram
    | Mixed
    | Other
)


def text_of(content: Content) -> str:
    """Return what was said in words: typed, transcribed, or joined from the parts."""
    match content:
        case Text(text=text) | Voice(text=text):
            return text
        case Mixed(parts=parts):
            return "\n".join(text for part in parts if (text := text_of(part)))
        case _:
            return ""
