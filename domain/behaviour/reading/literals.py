"""Numbers, texts, moments and lengths of time as they are written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from domain.behaviour.syntax import Unit
from domain.behaviour.vocabulary import folded
from domain.behaviour.words import HALF, LENGTH, MOMENT, UNITS, measure_of
from domain.chat.numerals import to_number

_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}
#: Digits of a count beyond which no length of time makes sense.
_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Length:
    """A length of time as written: as a count of units of a window, and as elapsed time."""

    count: int
    unit: Unit
    elapsed: timedelta


def number(token: str) -> float:
    """Return the number of a token; with a percent sign it is divided by 100."""
    plain = folded(token).replace(" ", "")
    return float(plain.rstrip("%")) / 100 if plain.endswith("%") else float(plain)


def text(token: str) -> str:
    r"""Return the text between the quotes; within straight ones ``\`` escapes."""
    inner = token[1:-1]
    return _ESCAPE.sub(_unescaped, inner) if token[0] in "'\"" else inner


def _unescaped(found: re.Match[str]) -> str:
    escape = found[1]
    return chr(int(escape[1:], 16)) if len(escape) > 1 else _ESCAPED.get(escape, escape)


def length(token: str) -> Length | None:
    """Return the length of time of a token; None when its number is beyond all measure."""
    found = LENGTH.fullmatch(folded(token))
    measure = measure_of(found[2]) if found else None
    if found is None or measure is None or len(found[1].lstrip("0")) > _MOST_DIGITS:
        return None
    if found[1] == HALF and measure.half is not None:
        count, unit = measure.half
        return Length(count, unit, count * UNITS[unit].elapsed)
    spelled = to_number(found[1])
    if spelled is None:
        return None
    count = int(spelled)
    try:
        return Length(count * measure.times, measure.unit, count * measure.elapsed)
    except OverflowError:
        return None


def is_date(token: str) -> bool:
    """Tell whether a moment was written without a time of day."""
    return ":" not in token


def moment(token: str, zone: ZoneInfo) -> datetime | None:
    """Return the moment of a token in ``zone``, a date as its midnight; None when there is none."""
    found = MOMENT.fullmatch(folded(token).replace("t", "T").replace("z", "Z"))
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    fraction = int((found[7] or "0").ljust(6, "0"))
    try:
        plain = datetime(year, month, day, hour, minute, second, fraction, tzinfo=zone)
        if not found[8]:
            return plain
        return plain.replace(tzinfo=_offset(found[8])).astimezone(zone)
    except (ValueError, OverflowError):
        return None


def _offset(written: str) -> timezone:
    if written == "Z":
        return UTC
    hours, minutes = written[1:].split(":")
    ahead = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-ahead if written[0] == "-" else ahead)


def next_day(moment_at: datetime) -> datetime:
    """Return the midnight after the day of ``moment_at``.

    Raises:
        OverflowError: it is the last day that there is.
    """
    return moment_at + timedelta(days=1)
