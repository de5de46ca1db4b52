"""When a reminder fires, and which reminders come as one message."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from domain.values import Refusal, UserId
from domain.worktime import QuietHours, WorkTime

IN_PAST = "reminder_in_past"
TOO_FAR = "reminder_too_far"

#: Farther ahead a wish is taken for a misunderstanding.
_FARTHEST = timedelta(days=366)
#: "This afternoon", said in the afternoon, means after a while.
_SOON = timedelta(minutes=30)


class ReminderState(StrEnum):
    """How far a reminder is; only a pending one fires."""

    PENDING = "pending"
    FIRED = "fired"
    DONE = "done"
    SNOOZED = "snoozed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Wish:
    """A reminder as it was asked for.

    ``at`` is the moment or the beginning of a range that ends at ``until``
    (exclusive). ``is_exact`` when an hour or a minute was named, not a part of a
    day, a day or a week. ``is_own`` when the receiver asked for it.
    """

    at: datetime
    until: datetime | None = None
    is_exact: bool = True
    is_own: bool = True


class Moved(StrEnum):
    """Why a reminder fires at another time than was said."""

    NOT = "not"
    INTO_WORKING_HOURS = "into_working_hours"
    OUT_OF_QUIET_HOURS = "out_of_quiet_hours"


@dataclass(frozen=True, slots=True)
class Firing:
    """The moment (UTC) at which a reminder is sent."""

    at: datetime
    moved: Moved = Moved.NOT


def fire_at(wish: Wish, work: WorkTime, quiet: QuietHours, now: datetime) -> Firing | Refusal:
    """Decide when a wished reminder fires.

    An exact time that the receiver named stands, whatever the hour. An exact
    time that somebody else set leaves quiet hours at their end. A vague one
    starts at the beginning of its range, inside working hours
    (chat-conventions); a range that has begun fires half an hour from now.
    """
    start = wish.at
    if start <= now and wish.until is not None and wish.until > now:
        start = min(now + _SOON, wish.until)
    if start <= now:
        return Refusal(IN_PAST)
    if start > now + _FARTHEST:
        return Refusal(TOO_FAR)
    if not wish.is_exact:
        return _firing(start, work.next_moment(start), Moved.INTO_WORKING_HOURS)
    if wish.is_own:
        return Firing(start.astimezone(UTC))
    return _firing(start, _after_quiet(start, work, quiet), Moved.OUT_OF_QUIET_HOURS)


def _firing(wished: datetime, at: datetime, moved: Moved) -> Firing:
    return Firing(at.astimezone(UTC), Moved.NOT if at == wished else moved)


def _after_quiet(moment: datetime, work: WorkTime, quiet: QuietHours) -> datetime:
    local = moment.astimezone(work.zone)
    if not quiet.covers(local.time()):
        return moment
    end = datetime.combine(local.date(), quiet.end, tzinfo=work.zone)
    return end if end > local else end + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder that is to fire ``at``."""

    id: int
    receiver: UserId
    at: datetime


@dataclass(frozen=True, slots=True)
class Batch:
    """Reminders of one receiver in one message, sent at the moment of the first."""

    receiver: UserId
    at: datetime
    ids: tuple[int, ...]


def merge(due: Iterable[Due], window: timedelta, most: int) -> tuple[Batch, ...]:
    """Join what the same receiver would get within ``window``, at most ``most`` in one.

    Nothing is dropped and nothing comes late. The order of ``due`` does not matter.
    """
    batches: list[list[Due]] = []
    for one in sorted(due, key=lambda d: (d.receiver.casefold(), d.at, d.id)):
        if not batches or not _joins(batches[-1], one, window, most):
            batches.append([])
        batches[-1].append(one)
    return tuple(
        Batch(items[0].receiver, items[0].at, tuple(item.id for item in items)) for items in batches
    )


def _joins(items: Sequence[Due], one: Due, window: timedelta, most: int) -> bool:
    first = items[0]
    is_same = first.receiver.casefold() == one.receiver.casefold()
    return is_same and len(items) < most and one.at - first.at <= window
