"""The catalog: every business table, loaded and checked, in one frozen value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.behaviour.vocabulary import Vocabulary
from domain.channels.attribution import Attribution, Origin
from domain.channels.channel import ChannelTree
from domain.channels.welcome import Welcomes
from domain.commands import Commands
from domain.events.registry import EventRegistry
from domain.followup.next_step import Sop
from domain.lead import Touch
from domain.lifecycle.transitions import Lifecycle
from domain.matching.rules import DedupRules
from domain.pools.pool import Pools
from domain.scoring.tables import RuleTables
from domain.screening.rules import FilterRules
from domain.segments.segment import SegmentText
from domain.tags.spec import TagBook
from domain.tracking.rules import TrackerRules
from domain.worktime import QuietHours, WorkTime


@dataclass(frozen=True, slots=True)
class ReminderRules:
    """How reminders are joined and put off.

    Those of one receiver within ``merge_for`` come as one message, at most
    ``most_in_one``; "later" puts a reminder off by ``snooze_for``.
    """

    merge_for: timedelta
    most_in_one: int
    snooze_for: timedelta


@dataclass(frozen=True, slots=True)
class Catalog:
    """All tables. Each one is valid by itself, and all of them agree with each other.

    ``rules`` are those of the files; once versions are kept in the database, the
    version in force takes their place.
    """

    events: EventRegistry
    vocabulary: Vocabulary
    channels: ChannelTree
    attribution: Attribution
    welcomes: Welcomes
    rules: RuleTables
    lifecycle: Lifecycle
    pools: Pools
    dedup: DedupRules
    sop: Sop
    commands: Commands
    tags: TagBook
    segments: tuple[SegmentText, ...]
    trackers: TrackerRules
    reminders: ReminderRules
    work: WorkTime
    quiet: QuietHours
    filters: FilterRules
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
        word = touch.state.casefold()
        for channel in self.channels.channels.values():
            if word in {channel.code.casefold(), channel.name.casefold()}:
                return replace(touch, channel=channel.code)
        return touch
