"""From what people write to a channel and its product line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from domain.channels.attribution import Attribution, Origin
from domain.channels.channel import ChannelTree
from domain.lead import Touch


@dataclass(frozen=True, slots=True)
class Placing:
    """The rules of attribution over the tree of channels."""

    channels: ChannelTree
    attribution: Attribution
    default_line: str

    def product_line(self, channel: str) -> str:
        """Return the product line of a channel's leads, or the default one."""
        return self.channels.product_line(channel) or self.default_line

    def knows_channel(self, origin: Origin, raw: str) -> bool:
        """Tell whether what people wrote means a channel; the fallback has to be named itself."""
        fallback = self.attribution.fallback
        if self.attribution.channel_of(origin, raw) != fallback:
            return True
        return bool(self.channels.named(raw))

    def touch(self, origin: Origin, raw: str, at: datetime) -> Touch:
        """Return the touch of a contact, where people may also write a channel itself.

        What no rule speaks about may be the code or the name of a channel.
        """
        touch = self.attribution.touch(origin, raw, at)
        if touch.channel != self.attribution.fallback:
            return touch
        code = self.channels.named(touch.state)
        return replace(touch, channel=code) if code else touch
