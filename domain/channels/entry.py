"""Entry points 入口: codes and links that we spread, each with the channel it stands for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.channels.attribution import Origin
from domain.values import Refusal, UserId

_DAY = timedelta(days=1)
_WEEK = 7


class EntryKind(StrEnum):
    """Which door of which platform; the value is a key of the texts."""

    #: 联系我二维码, with a ``state``.
    CONTACT_WAY = "contact_way"
    #: 获客链接, with a ``customer_channel``.
    ACQUISITION_LINK = "acquisition_link"
    #: Parametric QR code of an official account, with a scene string.
    MP_SCENE = "mp_scene"
    #: Link into a 微信客服 account, with a scene.
    KF_SCENE = "kf_scene"
    #: 群活码, with a ``state``.
    JOIN_WAY = "join_way"


#: Field in which the platform gives our word back.
ORIGINS: Mapping[EntryKind, Origin] = {
    EntryKind.CONTACT_WAY: Origin.WECOM_STATE,
    EntryKind.ACQUISITION_LINK: Origin.WECOM_STATE,
    EntryKind.MP_SCENE: Origin.MP_SCENE,
    EntryKind.KF_SCENE: Origin.KF_SCENE,
    EntryKind.JOIN_WAY: Origin.GROUP,
}

#: Longest word in characters (fact sheet 3.7, 3.8, 3.10; a link's name has 30 as well).
LONGEST_WORD: Mapping[EntryKind, int] = {
    EntryKind.CONTACT_WAY: 30,
    EntryKind.ACQUISITION_LINK: 30,
    EntryKind.MP_SCENE: 64,
    EntryKind.KF_SCENE: 32,
    EntryKind.JOIN_WAY: 30,
}

BAD_WORD = "entry_bad_word"
NO_MEMBER = "entry_no_member"
TOO_MANY_MEMBERS = "entry_too_many_members"
#: Members of one contact way, departments expanded (fact sheet 3.7).
MOST_MEMBERS = 100


class EntryState(StrEnum):
    """``wanted``: the row stands, the platform has not answered yet."""

    WANTED = "wanted"
    READY = "ready"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Shift:
    """Members who are shown on some days of the week (1 Monday … 7 Sunday) for some hours.

    ``until`` is exclusive; a shift that ends at or before its start runs over midnight.
    """

    userids: tuple[UserId, ...]
    weekdays: frozenset[int] = frozenset(range(1, _WEEK + 1))
    since: time = time(0)
    until: time = time(0)

    def covers(self, local: datetime) -> bool:
        """Tell whether the shift is under way at a moment of the business zone."""
        at = local.time()
        if self.since < self.until:
            return local.isoweekday() in self.weekdays and self.since <= at < self.until
        began_today = at >= self.since and local.isoweekday() in self.weekdays
        began_before = at < self.until and (local - _DAY).isoweekday() in self.weekdays
        return began_today or began_before


@dataclass(frozen=True, slots=True)
class Schedule:
    """Who a contact way shows when.

    A member who got ``daily_ceiling`` customers through it on a business day is taken
    out until the next one; None is no ceiling. ``backups`` stand in, without ceiling,
    when nobody else can.
    """

    shifts: tuple[Shift, ...] = ()
    backups: tuple[UserId, ...] = ()
    daily_ceiling: int | None = None

    def members(self) -> tuple[UserId, ...]:
        """Return everybody who is ever shown, in the order they were named."""
        named = [userid for shift in self.shifts for userid in shift.userids]
        return tuple(dict.fromkeys([*named, *self.backups]))


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry point; ``word`` is what the platform gives back (state or scene).

    ``account`` is the official account or open_kfid, empty for the corp. ``shown``
    are the members that the platform was last told to show. ``version`` counts orders
    to the platform. ``life_for`` bounds a temporary code, None is for ever.
    """

    id: int
    kind: EntryKind
    word: str
    channel: str
    title: str = ""
    account: str = ""
    schedule: Schedule = Schedule()
    shown: tuple[UserId, ...] = ()
    state: EntryState = EntryState.WANTED
    platform_id: str = ""
    url: str = ""
    qr_code: str = ""
    version: int = 1
    life_for: timedelta | None = None
    chat_ids: tuple[str, ...] = ()


def check_entry(entry: Entry) -> Refusal | None:
    """Say why the platform would not take the entry point, if it would not."""
    if (
        not entry.word
        or len(entry.word) > LONGEST_WORD[entry.kind]
        or entry.word.split() != [entry.word]
    ):
        return Refusal(BAD_WORD, str(LONGEST_WORD[entry.kind]))
    needs_members = entry.kind in (EntryKind.CONTACT_WAY, EntryKind.ACQUISITION_LINK)
    if needs_members and not entry.schedule.members():
        return Refusal(NO_MEMBER)
    if len(entry.schedule.members()) > MOST_MEMBERS:
        return Refusal(TOO_MANY_MEMBERS, str(MOST_MEMBERS))
    return None


def shown_now(
    schedule: Schedule,
    local: datetime,
    free: Collection[str],
    taken: Mapping[str, int],
) -> tuple[UserId, ...]:
    """Return whom a contact way shows at a moment of the business zone.

    ``free`` are employees who may take customers at all, ``taken`` how many each got
    through this entry on the present business day. A code that adds nobody is worse
    than one that adds a busy rep: with nobody left, those on shift are shown, and
    without a shift everybody.
    """
    on_shift = _named(schedule.shifts, local)
    ceiling = schedule.daily_ceiling
    able = [u for u in on_shift if u in free and (ceiling is None or taken.get(u, 0) < ceiling)]
    backups = [u for u in schedule.backups if u in free]
    everybody = [u for u in schedule.members() if u in free]
    choices: Iterable[Iterable[UserId]] = (able, backups, on_shift, everybody, schedule.members())
    return next((tuple(some) for choice in choices if (some := list(choice))), ())


def _named(shifts: Iterable[Shift], local: datetime) -> list[UserId]:
    named = (userid for shift in shifts if shift.covers(local) for userid in shift.userids)
    return list(dict.fromkeys(named))


def next_change(schedule: Schedule, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when whom the schedule shows may next change by time alone, None for never.

    That is the next edge of a shift, or midnight where a ceiling is counted by day.
    """
    edges = {edge for shift in schedule.shifts for edge in (shift.since, shift.until)}
    if schedule.daily_ceiling is not None or len({s.weekdays for s in schedule.shifts}) > 1:
        edges.add(time(0))
    if any(len(shift.weekdays) < _WEEK for shift in schedule.shifts):
        edges.add(time(0))
    if edges <= {time(0)} and schedule.daily_ceiling is None and _is_always(schedule.shifts):
        return None
    today = now.astimezone(zone).date()
    moments = (
        datetime.combine(today + day * _DAY, edge, zone) for day in range(2) for edge in edges
    )
    return min((moment for moment in moments if moment > now), default=None)


def _is_always(shifts: Iterable[Shift]) -> bool:
    return all(s.since == s.until == time(0) and len(s.weekdays) == _WEEK for s in shifts)
