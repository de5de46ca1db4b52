"""Numbers as people write them: ``三十五``, ``1.5万``, ``两千三``, ``3k``, ``二零二六``."""

from __future__ import annotations

import re
from decimal import Decimal

#: Every sign for one decimal digit, spoken and formal forms included.
DIGITS = {
    **{str(value): value for value in range(10)},
    **dict(zip("零一二三四五六七八九", range(10), strict=True)),
    **dict(zip("壹贰叁肆伍陆柒捌玖", range(1, 10), strict=True)),
    "〇": 0,
    "幺": 1,
    "两": 2,
}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"万": 10**4, "亿": 10**8, "兆": 10**12}
_LETTERS = {"k": 1000, "K": 1000, "w": 10**4, "W": 10**4}
_SHORT_TENS = {"廿": "二十", "卅": "三十", "卌": "四十"}
_ARABIC = re.compile(r"(\d+(?:\.\d+)?)([百佰千仟万亿兆kKwW]*)(.*)", re.ASCII)
#: Longer strings of signs are no number that anyone means.
_MAX_LENGTH = 40
_MOST_DIGITS = 24


def to_number(text: str) -> Decimal | None:
    """Return the number that ``text`` spells, or None when it spells none.

    Understands Arabic digits with thousands commas, Chinese numerals, both mixed
    (``1万2`` = 12000, ``7万5千4百`` = 75400), a spoken decimal point, and ``k``/``w``.
    Expects folded text.
    """
    text = text.replace(",", "").replace(" ", "")
    if not text or len(text) > _MAX_LENGTH:
        return None
    arabic = _ARABIC.fullmatch(text)
    if arabic and len(arabic[3]) <= 1:
        return _arabic(arabic[1], arabic[2], arabic[3])
    for sign, spelled in _SHORT_TENS.items():
        text = text.replace(sign, spelled)
    if all(sign in DIGITS for sign in text) and len(text) <= _MOST_DIGITS:
        return Decimal("".join(str(DIGITS[sign]) for sign in text))
    whole, point, decimals = text.partition("点")
    if not point:
        return _spelled(text)
    if not decimals or any(sign not in DIGITS for sign in decimals):
        return None
    number = to_number(whole)
    fraction = "".join(str(DIGITS[sign]) for sign in decimals)
    return None if number is None else number + Decimal(f"0.{fraction}")


def to_int(text: str) -> int | None:
    """Like :func:`to_number`, for whole numbers only."""
    number = to_number(text)
    return int(number) if number is not None and number == number.to_integral_value() else None


def _arabic(digits: str, units: str, rest: str) -> Decimal | None:
    """Return ``digits`` times ``units``, plus a short rest as in ``1万2``."""
    factor = 1
    for unit in units:
        factor *= _TENS.get(unit) or _MYRIADS.get(unit) or _LETTERS[unit]
    number = Decimal(digits) * factor
    if not rest:
        return number
    return number + DIGITS[rest] * factor // 10 if rest in DIGITS and factor > 1 else None


def _spelled(text: str) -> Decimal | None:
    """Return a number in Chinese numerals with units (``三百五十二``, ``两千三``, ``7万5千``)."""
    reader = _Spelled()
    for sign in _SPELLED_SIGNS.findall(text):
        if not reader.take(sign):
            return None
    is_whole = reader.length == len(text)
    return reader.value() if is_whole else None


#: Digits in a row count as one sign (``7万5千4百``).
_SPELLED_SIGNS = re.compile(
    rf"\d+(?:\.\d+)?|[{''.join(DIGITS)}{''.join(_TENS)}{''.join(_MYRIADS)}]"
)


class _Spelled:
    """Adds up a numeral sign by sign; sections of 万, 亿 and 兆 wait on a stack."""

    def __init__(self) -> None:
        self.length = 0
        self._sections: list[tuple[int, Decimal]] = []
        self._section = Decimal(0)
        self._digit: Decimal | None = None
        #: Unit of the sign before the last digit; 1 behind 零: 一百零五 is no 一百五十.
        self._last_unit = 1

    def take(self, sign: str) -> bool:
        """Add the next sign; False when a number cannot go on like that."""
        self.length += len(sign)
        if sign in _TENS:
            self._section += (1 if self._digit is None else self._digit or 1) * _TENS[sign]
            self._digit, self._last_unit = None, _TENS[sign]
        elif sign in _MYRIADS:
            self._close(_MYRIADS[sign])
        else:
            return self._take_digit(Decimal(DIGITS[sign]) if sign in DIGITS else Decimal(sign))
        return True

    def _take_digit(self, digit: Decimal) -> bool:
        """Take a digit; two of them need a unit between them: 一千五|一学期."""
        if self._digit:
            return False
        self._digit = digit
        self._last_unit = self._last_unit if digit else 1
        return True

    def _close(self, unit: int) -> None:
        """Multiply what was said since the last larger unit (五千六百|万, 一万五千|亿)."""
        own = self._section + (self._digit or Decimal(0))
        if self._last_unit < min(_MYRIADS.values()):
            own = self._said()
        is_repeated = not own
        while self._sections and (
            self._sections[-1][0] < unit or (is_repeated and self._sections[-1][0] == unit)
        ):
            own += self._sections.pop()[1]
        self._sections.append((unit, (own or Decimal(1)) * unit))
        self._section, self._digit, self._last_unit = Decimal(0), None, unit

    def value(self) -> Decimal:
        """Return the sum of everything taken."""
        return sum((value for _, value in self._sections), self._said())

    def _said(self) -> Decimal:
        """Return the last section; 两千三: a last digit counts tenths of the unit before it."""
        is_short = self._last_unit >= 100  # noqa: PLR2004
        return self._section + (self._digit or 0) * (self._last_unit // 10 if is_short else 1)
