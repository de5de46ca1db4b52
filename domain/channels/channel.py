"""The channel tree 渠道: where people come from and how good such people are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from domain.errors import RuleError


class ChannelKind(StrEnum):
    """What kind of source a channel is (product section 2)."""

    SEM = "sem"
    #: 信息流, by platform.
    FEED = "feed"
    #: 渠道代理 online, with commission.
    AGENT_ONLINE = "agent_online"
    AGENT_OFFLINE = "agent_offline"
    BOOK_QR = "book_qr"
    #: Bought or exchanged lists 名单.
    LIST = "list"
    EVENT = "event"
    SEO = "seo"
    WEBSITE = "website"
    APP = "app"
    #: 私域: moments, groups, official account, mini program, WeCom.
    PRIVATE = "private"
    #: 新媒体, personal IP included.
    NEW_MEDIA = "new_media"
    REFERRAL = "referral"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel. ``points`` is its quality from 0 to 10 (product section 7, initial score).

    ``kind`` is None where it takes the parent's.

    ``cost`` is what one lead of it costs, in yuan, for channel returns. ``line``
    is the product line of its leads; empty takes the parent's.
    """

    code: str
    name: str
    points: float
    parent: str = ""
    is_paid: bool = False
    cost: float = 0.0
    line: str = ""
    kind: ChannelKind | None = None


@dataclass(frozen=True, slots=True)
class ChannelTree:
    """All channels by code, every parent known and no circle."""

    channels: Mapping[str, Channel]

    @classmethod
    def of(cls, channels: Iterable[Channel]) -> ChannelTree:
        """Build the tree.

        Raises:
            RuleError: a code is used twice, a parent is unknown, or parents form a circle.
        """
        found: dict[str, Channel] = {}
        for channel in channels:
            if channel.code in found:
                raise RuleError(channel.code, code="defined_twice")
            found[channel.code] = channel
        for channel in found.values():
            _refuse_broken_line(channel, found)
        return cls(MappingProxyType(found))

    def __reduce__(self) -> tuple[object, ...]:
        """Go to another process as the channels that the tree is built of."""
        return (ChannelTree.of, (tuple(self.channels.values()),))

    def ancestry(self, code: str) -> Iterator[Channel]:
        """Yield the channel and its ancestors, nearest first; nothing for an unknown code."""
        channel = self.channels.get(code)
        while channel is not None:
            yield channel
            channel = self.channels.get(channel.parent)

    def is_under(self, code: str, ancestor: str) -> bool:
        """Tell whether ``code`` is ``ancestor`` or lies below it."""
        return any(channel.code == ancestor for channel in self.ancestry(code))

    def root_of(self, code: str) -> str:
        """Return the code of the topmost ancestor; an unknown code is its own root."""
        return [code, *(channel.code for channel in self.ancestry(code))][-1]

    def product_line(self, code: str) -> str:
        """Return the product line that the channel or its nearest ancestor names, or ``""``."""
        return next((channel.line for channel in self.ancestry(code) if channel.line), "")

    def kind_of(self, code: str) -> ChannelKind:
        """Return the kind of the channel or of its nearest ancestor that names one."""
        kinds = (channel.kind for channel in self.ancestry(code) if channel.kind is not None)
        return next(kinds, ChannelKind.OTHER)

    def named(self, word: str) -> str:
        """Return the code of a channel by code or Chinese name (case ignored), or ``""``."""
        wanted = word.strip().casefold()
        found = (
            channel.code
            for channel in self.channels.values()
            if wanted in (channel.code.casefold(), channel.name.casefold())
        )
        return next(found, "") if wanted else ""

    def meant(self, word: str) -> tuple[str, ...]:
        """Return the channels that a word means: one by code or name, else all whose name holds it.

        What lies below one of them is left out: 信息流 is 信息流广告 and not 抖音信息流.
        """
        if exact := self.named(word):
            return (exact,)
        wanted = word.strip().casefold()
        holding = [c.code for c in self.channels.values() if wanted in c.name.casefold()]
        tops = (
            code
            for code in holding
            if not any(self.is_under(code, other) for other in holding if other != code)
        )
        return tuple(tops) if wanted else ()

    def name_of(self, code: str) -> str:
        """Return the Chinese name of a channel, or ``code`` itself when it is unknown."""
        channel = self.channels.get(code)
        return channel.name if channel else code


def _refuse_broken_line(channel: Channel, channels: Mapping[str, Channel]) -> None:
    seen = {channel.code}
    while channel.parent:
        parent = channels.get(channel.parent)
        if parent is None:
            raise RuleError(channel.code, code="unknown_parent", detail=channel.parent)
        if parent.code in seen:
            raise RuleError(channel.code, code="below_itself")
        seen.add(parent.code)
        channel = parent
