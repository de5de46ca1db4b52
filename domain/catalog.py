"""The catalog: every business table, loaded and checked, in one frozen value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.behaviour.vocabulary import Vocabulary
from domain.channels.attribution import Attribution, Origin
from domain.channels.channel import ChannelTree
from domain.channels.placing import Placing
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

    @property
    def placing(self) -> Placing:
        """The part that says which channel and line somebody belongs to."""
        return Placing(self.channels, self.attribution, self.default_line)

    def product_line(self, channel: str) -> str:
        """Return the product line of a channel's leads, or the default one."""
        return self.placing.product_line(channel)

    def knows_channel(self, origin: Origin, raw: str) -> bool:
        """See :meth:`Placing.knows_channel`."""
        return self.placing.knows_channel(origin, raw)

    def touch(self, origin: Origin, raw: str, at: datetime) -> Touch:
        """See :meth:`Placing.touch`."""
        return self.placing.touch(origin, raw, at)
