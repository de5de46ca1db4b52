"""From a time that was understood to the moment at which a person is reminded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from domain.chat.when.model import Grain, When


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """When a reminder may arrive, in the zone of the time it is applied to."""

    opens: time = time(9)
    closes: time = time(21)


WORKING_HOURS = WorkingHours()


def remind_at(when: When, now: datetime, hours: WorkingHours = WORKING_HOURS) -> datetime:
    """Return when to remind of ``when``: never before ``now``.

    A moment that was named (minute, hour) is kept to the letter. A range starts at its
    beginning, moved into the working hours (chat conventions, "Time expressions").
    """
    start = max(when.start, now.astimezone(when.start.tzinfo))
    if when.grain in {Grain.MINUTE, Grain.HOUR}:
        return start
    if start.time() < hours.opens:
        return datetime.combine(start.date(), hours.opens, start.tzinfo)
    if start.time() >= hours.closes:
        return datetime.combine(start.date() + timedelta(days=1), hours.opens, start.tzinfo)
    return start
