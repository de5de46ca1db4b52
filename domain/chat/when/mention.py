"""Finding time expressions in text: what was said and where, before any *now*."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from domain.chat.numerals import to_int
from domain.chat.passage import Span
from domain.chat.when.days import DayBefore, DayOfMonth, InDays, Past, Through, Weekday
from domain.chat.when.model import Bound, Clock, Part
from domain.chat.when.words.clock import read_clock, read_part
from domain.chat.when.words.feasts import FEAST_INITIALS
from domain.chat.when.words.repeats import Repeat, read_repeat
from domain.chat.when.words.said import Later, Said
from domain.chat.when.words.table import said_at


@dataclass(frozen=True, slots=True)
class Mention:
    """One time expression as said. ``inherits``: its day came from the one before."""

    span: Span
    said: Said | None = None
    repeat: Repeat | None = None
    part: Part | None = None
    clock: Clock | None = None
    until: Clock | None = None
    until_part: Part | None = None
    bound: Bound | None = None

    @property
    def is_past(self) -> bool:
        """Tell whether the words put it before now."""
        return isinstance(self.said, Past)

    @property
    def names_day(self) -> bool:
        """Tell whether a day was named, not only an hour or a part of the day."""
        return self.said is not None or self.repeat is not None


#: Characters with which an expression can begin.
_STARTERS = re.compile(
    rf"[\d零〇一二两三四五六七八九十廿卅半几今明听后大昨前上这下本当周星礼每天工去刚过再等晚迟稍待正腊冬农阴旧初"
    rf"月年节假放暑寒凌早午晌傍黄夜深晏睡临差最好很隔不截未接往后当{FEAST_INITIALS}]"
)
_LEAD = re.compile(r"(?P<limit>最[晚迟]|不晚于|截止到?|截至)")
_JOIN = re.compile(r"[\s(]*(?:的|,\s?|、)?\s*\)?")
_TO = re.compile(r"\s?(?:到|至|-|~|—|–)+\s?")
_ROUGHLY = re.compile(r"(?:左右|前后|附近|许|多钟?(?!少))")
_BOUND = re.compile(
    r"(?P<BEFORE>之前|以前|前(?![台面几两天提后])|为止)"
    r"|(?P<WITHIN>之内|以内|内(?![容部地]))"
    r"|(?P<AFTER>以后|之后|过后|往后|后(?![天来面期台续悔边勤]))"
)
_EVE = re.compile(r"的?前(?:一天|夕|一日|一晚)")
#: 三四点: between three and four.
_ABOUT_HOURS = re.compile(r"(?P<from>[一二两三四五六七八九])(?=(?P<to>[二三四五六七八九十])点)")
_NUMERAL_BEFORE_HOURS = re.compile(
    r"(?P<from>\d{1,2}|[一二两三四五六七八九十]{1,2})\s?(?:-|~|到|至|—)\s?(?=(?:\d{1,2}|[一二两三四五六七八九十]{1,2})点)"
)
_MAX_MENTIONS = 50
#: Nobody types more; behind it no time is looked for.
_LONGEST_TEXT = 4_000
#: Said without a day, an hour belongs to the day named shortly before.
_INHERIT_REACH = 14
_FILLER_BETWEEN = re.compile(r"[^。!?;\n]*")


def find_mentions(text: str) -> Iterator[Mention]:
    """Yield the time expressions of folded ``text`` in order; at most a few dozen."""
    text = text[:_LONGEST_TEXT]
    position = count = 0
    while count < _MAX_MENTIONS:
        start = _STARTERS.search(text, position)
        if not start:
            return
        mention = _read(text, start.start())
        position = mention.span.end if mention else start.end()
        if mention:
            count += 1
            yield mention


def _read(text: str, start: int) -> Mention | None:
    """Return the expression that begins at ``start``."""
    lead = _LEAD.match(text, start)
    position = lead.end() if lead else start
    mention = _read_days(text, position)
    mention = _read_time_of_day(text, mention)
    if mention.span.end == position:
        return None
    mention = _read_bound(text, mention)
    if lead and mention.bound is None:
        mention = replace(mention, bound=Bound.WITHIN)
    return replace(mention, span=Span(start, mention.span.end))


def _read_days(text: str, start: int) -> Mention:
    """Read the day, or the repetition, at the start of an expression."""
    repeat = read_repeat(text, start)
    if repeat:
        return Mention(Span(start, repeat[1]), repeat=repeat[0], part=repeat[0].part)
    said = said_at(text, start)
    if not said:
        return Mention(Span(start, start))
    mention = Mention(Span(start, said[1]), said=said[0])
    again = said_at(text, _joined(text, said[1]))
    through = _through(text, said[0], said[1])
    if through:
        return Mention(Span(start, through[1]), said=through[0])
    if again and _may_repeat(said[0], again[0]):
        is_bracketed = "(" in text[said[1] : again[1]]
        end = _joined(text, again[1]) if is_bracketed else again[1]
        kept = said[0] if isinstance(again[0], Weekday) or mention.is_past else again[0]
        return replace(mention, said=kept, span=Span(start, end))
    return mention


def _through(text: str, first: Said, end: int) -> tuple[Said, int] | None:
    """Return a range of days of the month (``3月20号到25号``)."""
    to = _TO.match(text, end)
    if not to or not isinstance(first, DayOfMonth):
        return None
    last = said_at(text, to.end())
    if last and isinstance(last[0], DayOfMonth):
        return Through(first, last[0]), last[1]
    return None


def _may_repeat(first: Said, second: Said) -> bool:
    """Tell whether two day words name one day: ``3月20号周五``, ``去年国庆``."""
    if isinstance(first, Past):
        return not isinstance(second, InDays | Later | Past)
    is_weekday = isinstance(first, Weekday), isinstance(second, Weekday)
    return is_weekday[0] != is_weekday[1] and not isinstance(second, InDays | Later | Past)


def _read_time_of_day(text: str, mention: Mention) -> Mention:
    """Read part of the day and hours behind the day, if any."""
    has_day = mention.names_day
    if isinstance(mention.said, Later):
        return mention
    position = _joined(text, mention.span.end) if has_day else mention.span.end
    part = read_part(text, position, follows_day=has_day)
    if part:
        mention = replace(mention, part=part[0], span=Span(mention.span.start, part[1]))
        position = _joined(text, part[1])
    elif isinstance(mention.said, InDays) and has_day:
        mention, position = _read_late(text, mention, position)
    return _read_clock(text, mention, position)


def _read_late(text: str, mention: Mention, position: int) -> tuple[Mention, int]:
    """Read 晚点 behind 今天 and 明天: later that day, which for today is in two hours."""
    late = said_at(text, position)
    if late and isinstance(late[0], Later) and text[position] in "晚迟":
        is_today = mention.said == InDays(0)
        said = late[0] if is_today else mention.said
        return replace(mention, said=said, span=Span(mention.span.start, late[1])), late[1]
    return mention, position


def _read_clock(text: str, mention: Mention, position: int) -> Mention:
    """Read a time of day or a range of them (``3点到5点``, ``3-5点``)."""
    if isinstance(mention.said, Later):
        return mention
    has_context = mention.names_day or mention.part is not None
    ranged = _NUMERAL_BEFORE_HOURS.match(text, position) or _about_hours(text, position)
    if ranged:
        first = read_clock(f"{ranged['from']}点", 0, has_context=True)
        last = read_clock(text, ranged.end(), has_context=True)
        if first and last:
            span = Span(mention.span.start, last.end)
            return replace(mention, clock=first.clock, until=last.clock, span=span)
    clock = read_clock(text, position, has_context=has_context)
    if not clock:
        return mention
    end = clock.end
    roughly = _ROUGHLY.match(text, end)
    if roughly:
        end = roughly.end()
    mention = replace(mention, clock=clock.clock, span=Span(mention.span.start, end))
    return _read_until(text, mention)


def _about_hours(text: str, position: int) -> re.Match[str] | None:
    """Return ``三四点`` where the second hour follows the first."""
    found = _ABOUT_HOURS.match(text, position)
    if not found:
        return None
    first, last = (to_int(found[group]) or 0 for group in ("from", "to"))
    return found if last == first + 1 else None


def _read_until(text: str, mention: Mention) -> Mention:
    """Read the end of a range of hours behind its beginning."""
    to = _TO.match(text, mention.span.end)
    if not to:
        return mention
    part = read_part(text, to.end(), follows_day=False)
    until = read_clock(text, part[1] if part else to.end(), has_context=True)
    if not until:
        return mention
    span = Span(mention.span.start, until.end)
    return replace(mention, until=until.clock, until_part=part[0] if part else None, span=span)


def _read_bound(text: str, mention: Mention) -> Mention:
    """Read 前, 之内 or 以后 behind the expression."""
    eve = _EVE.match(text, mention.span.end)
    if eve and mention.said and not isinstance(mention.said, Later):
        span = Span(mention.span.start, eve.end())
        return replace(mention, said=DayBefore(mention.said), span=span)
    found = _BOUND.match(text, mention.span.end)
    if not found or not found.lastgroup or mention.until or isinstance(mention.said, Later):
        return mention
    span = Span(mention.span.start, found.end())
    return replace(mention, bound=Bound[found.lastgroup], span=span)


def _joined(text: str, position: int) -> int:
    """Return where the next part of the expression may begin."""
    found = _JOIN.match(text, position)
    return found.end() if found else position


def inherit_day(text: str, before: Mention | None, mention: Mention) -> Mention:
    """Give an hour without a day the day that was named shortly before it."""
    if before is None or mention.names_day or not before.names_day or before.is_past:
        return mention
    if isinstance(before.said, Later) or (before.clock and mention.clock):
        return mention
    between = text[before.span.end : mention.span.start]
    if len(between) > _INHERIT_REACH or not _FILLER_BETWEEN.fullmatch(between):
        return mention
    part = mention.part or before.part
    return replace(mention, said=before.said, repeat=before.repeat, part=part)
