"""Values as they are written out."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from domain.behaviour import words
from domain.behaviour.reading import literals
from domain.behaviour.reading.parser import INVISIBLE
from domain.behaviour.syntax import Unit
from domain.behaviour.words import UNITS, Language

_ESCAPED = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
#: Whole numbers up to here are written without exponent.
_PLAINLY = 1e15
_UNITS_OF_LENGTH = (Unit.DAY, Unit.HOUR, Unit.MINUTE)


def literal(value: float | str | bool | datetime, zone: ZoneInfo, language: Language) -> str:  # noqa: FBT001 - one of the types a literal has
    """Return a literal as it is written."""
    if isinstance(value, bool):
        return (words.TRUE if value else words.FALSE).of(language)
    if isinstance(value, str):
        return text(value)
    if isinstance(value, datetime):
        return moment(value, zone)
    return number(value)


def number(value: float) -> str:
    """Return a number, without a point where it is whole."""
    return f"{value:.0f}" if value == value // 1 and abs(value) < _PLAINLY else repr(value)


def text(value: str) -> str:
    """Return a text between quotes."""
    escaped = "".join(_ESCAPED.get(character, character) for character in value)
    shown = INVISIBLE.sub(lambda found: f"\\u{ord(found[0]):04x}", escaped)
    return f"'{shown}'"


def moment(value: datetime, zone: ZoneInfo) -> str:
    """Return a moment in ``zone``: a midnight as its date, others with their time of day."""
    local = value.astimezone(zone)
    date = f"{local:%Y-%m-%d}".rjust(10, "0")
    if literals.moment(date, zone) == value:
        return date
    plain = f"{date} {local.time().isoformat()}"
    # An hour that comes twice, when clocks are put back, needs its distance from UTC.
    return plain if literals.moment(plain, zone) == value else f"{plain}{offset(local)}"


def offset(local: datetime) -> str:
    """Return the distance of a local time from UTC, as ``+08:00``."""
    ahead = local.utcoffset() or timedelta(0)
    sign, ahead = ("-", -ahead) if ahead < timedelta(0) else ("+", ahead)
    hours, rest = divmod(int(ahead.total_seconds()), 3600)
    return f"{sign}{hours:02}:{rest // 60:02}"


def end_of_range(value: datetime, zone: ZoneInfo) -> str:
    """Return the exclusive end of a range: a midnight as the day that it ends."""
    local = value.astimezone(zone)
    day = f"{local - timedelta(days=1):%Y-%m-%d}".rjust(10, "0")
    last = literals.moment(day, zone)
    if last is not None and literals.next_day(last) == value:
        return day
    return moment(value, zone)


def count_of(count: int, unit: Unit, language: Language) -> str:
    """Return a count of units: ``7天``, ``7 days``."""
    if language is Language.CHINESE:
        return f"{count}{UNITS[unit].words.chinese[0]}"
    plural, singular, *_ = UNITS[unit].words.english
    return f"{count} {singular if count == 1 else plural}"


def length(value: timedelta, language: Language) -> str:
    """Return a length of whole minutes in the largest unit that leaves nothing over."""
    fitting = (u for u in _UNITS_OF_LENGTH if not value % UNITS[u].elapsed)
    unit = next(fitting, Unit.MINUTE)
    return count_of(value // UNITS[unit].elapsed, unit, language)
