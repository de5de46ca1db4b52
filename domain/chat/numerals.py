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
_MYRIADS = {"万": 10**4, "亿": 10**8}
_LETTERS = {"k": 1000, "K": 1000, "w": 10**4, "W": 10**4}
_SHORT_TENS = {"廿": "二十", "卅": "三十", "卌": "四十"}
_ARABIC = re.compile(r"(\d+(?:\.\d+)?)([百千万亿kKwW]*)(.*)", re.ASCII)
#: Longer strings of signs are no number that anyone means.
_MAX_LENGTH = 24


def to_number(text: str) -> Decimal | None:
    """Return the number that ``text`` spells, or None when it spells none.

    Understands Arabic digits with thousands commas, Chinese numerals, both mixed
    (``1万2`` = 12000, ``一万五`` = 15000), and ``k``/``w``. Expects folded text.
    """
    text = text.replace(",", "").replace(" ", "")
    if not text or len(text) > _MAX_LENGTH:
        return None
    arabic = _ARABIC.fullmatch(text)
    if arabic:
        return _arabic(arabic[1], arabic[2], arabic[3])
    for sign, spelled in _SHORT_TENS.items():
        text = text.replace(sign, spelled)
    if all(sign in DIGITS for sign in text):
        return Decimal("".join(str(DIGITS[sign]) for sign in text))
    return _spelled(text)


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
    """Return a number in Chinese numerals with units (``三百五十二``, ``两千三``)."""
    total = section = 0
    digit: int | None = None
    last_unit = 1
    for sign in text:
        if sign in DIGITS:
            if digit:
                return None  # two digits without a unit between them: 一千五|一学期
            digit = DIGITS[sign]
            last_unit = 1 if digit == 0 else last_unit
        elif sign in _TENS:
            section += (1 if digit is None else digit) * _TENS[sign]
            digit, last_unit = None, _TENS[sign]
        elif sign in _MYRIADS:
            total += (section + (digit or 0)) * _MYRIADS[sign]
            section, digit, last_unit = 0, None, _MYRIADS[sign]
        else:
            return None
    # 两千三 means 2300: a last digit without unit counts tenths of the unit before it.
    tail = (digit or 0) * (last_unit // 10 if last_unit >= 100 else 1)  # noqa: PLR2004
    return Decimal(total + section + tail)
