"""What a lead starts with: the quality of the channel it came by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.channels.channel import ChannelTree
from domain.lead import Touch

#: Channel points run to 10, dynamic scores to 100 (product section 7).
SCALE = 10.0


@dataclass(frozen=True, slots=True)
class ChannelStart:
    """The channel's points (0–10) and the event time from which they fade."""

    channel: str
    points: float
    at: datetime


def start_of(touch: Touch | None, channels: ChannelTree) -> ChannelStart | None:
    """Return the start that ``touch`` (as a rule the first one) gives, or None if unknown."""
    channel = channels.channels.get(touch.channel) if touch else None
    if touch is None or channel is None:
        return None
    return ChannelStart(channel.code, channel.points, touch.at)
