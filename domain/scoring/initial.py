"""What a lead starts with: the quality of the channel it came by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.lead import Touch
from domain.swift import swift

#: Channel points run to 10, dynamic scores to 100 (product section 7).
SCALE = 10.0


@swift
@dataclass(frozen=True, slots=True)
class ChannelStart:
    """The channel's points (0–10) and the event time from which they fade."""

    channel: str
    points: float
    at: datetime


def start_of(touch: Touch | None, points: Mapping[str, float]) -> ChannelStart | None:
    """Return the start that ``touch`` (as a rule the first one) gives, or None if unknown.

    ``points`` is the quality of each channel, 0–10, by code.
    """
    if touch is None or touch.channel not in points:
        return None
    return ChannelStart(touch.channel, points[touch.channel], touch.at)
