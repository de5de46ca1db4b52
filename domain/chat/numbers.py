"""Numbers inside a text: 两千三, 1.5万, 四分之三, 负六点六, 一打.

Numerals that are part of everyday words (一切, 收拾, 四川) are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from domain.chat.numerals import DIGITS, to_number
from domain.chat.passage import Passage, Span
from domain.cleaning.words import any_word

_D = "零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖"
_TEN = "十拾百佰千仟廿卅卌"
_MYRIAD = "万亿兆"
_U = _TEN + _MYRIAD
_LETTER = r"(?:[kKwWMmGg](?![A-Za-z0-9]))"
#: About: said between the numeral and its unit (十余万, 二十几万, 一百零几万).
_ABOUT = rf"\s?(?:零?几|[多余来])(?=\s?[{_MYRIAD}])"
_ARABIC = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_MIXED = rf"{_ARABIC}\s?[{_U}](?:\s?\d+\s?[{_U}]|\s?[{_D}{_U}]|[1-9](?![\d.,]))*"
_HAN = rf"[{_D}{_U}](?:{_ABOUT}|\s(?=[{_U}])|(?<=[{_U}])\s(?=[{_D}])|[{_D}{_U}])*"
_DECIMAL = r"(?:\s?点\s?[零〇一二三四五六七八九0-9]+)"
_WHOLE = rf"(?:{_MIXED}|{_HAN}){_DECIMAL}?"
_PLAIN = rf"(?:{_ARABIC}|\.\d+)(?:{_LETTER})?"
_TERM = rf"(?:[负-]?\s?(?:{_WHOLE}|{_PLAIN}))"

_NUMBER = re.compile(
    rf"(?P<sign>负\s?|(?<![\w)\d])-\s?)?(?:"
    rf"(?P<power>{_PLAIN}\^-?{_PLAIN})"
    rf"|(?P<scientific>\d+(?:\.\d+)?[eE][+-]?\d+)"
    rf"|(?:(?P<plus>{_WHOLE}|\d+)\s?又\s?)?(?P<below>{_WHOLE}|\d+)\s*分\s*之\s*(?P<above>{_TERM})"
    rf"|(?:(?P<mixed>\d+) )?(?P<num>\d+)/(?P<den>\d+)(?![\d/])"
    rf"|(?P<half>半)(?:[百千万]|(?=个))|(?P<equal>[一1]半)"
    rf"|(?P<number>{_WHOLE}|{_PLAIN})"
    rf")(?P<dozen>打(?!折|电|开|扰|算|卡|分|听|工|球|车|架|印|字|扫))?"
)
#: Everyday words and names that hold a numeral.
_WORDS = re.compile(
    r"一点(?![零一二三四五六七八九\d])|(?<![一二两三四五六七八九十百千万亿壹\d])百分之|"
    + any_word(
        """
        一切 一看 一下 一起 一定 一样 一些 一直 一般 一旦 一共 一律 一向 一边 一会 一生 一致
        第一 唯一 统一 万一 万能 千万别 十分 四川 四周 四季 五台 五官 七夕 八卦 九龙 百度 百货
        千年 三亚 三星 二手 二维 两两 九九 入伍 退伍 队伍 伍仁 陆地 大陆 登陆 收拾 夕拾 拾到
        放肆 壹号 零食 零售 零件 零基础 两美刀
        """
    )
)
#: Formal numerals alone are names and words (陆, 伍), not numbers.
_FORMAL = frozenset("壹贰叁肆伍陆柒捌玖拾佰仟万亿兆")
#: 參 is three among formal numerals; folded it is the 参 of 参加.
_THREE = re.compile(r"参(?=[拾佰仟万])|(?<=[拾佰仟万零])参")
_MONEY_BEHIND = re.compile(r"\s?(?:美元|美刀|元|块|欧元|英镑|港币|日元)")
_DOZEN = 12
_HALF = Decimal("0.5")
_HALVES = {"百": Decimal(50), "千": Decimal(500), "万": Decimal(5000)}
_LETTERS = {"k": 10**3, "w": 10**4, "m": 10**6, "g": 10**9}
_IGNORED = re.compile(r"\s|零?几|[多余来]")
_MOST = 60
_LARGEST_POWER = 64


@dataclass(frozen=True, slots=True)
class Number:
    """A number and where it stands in the text as typed."""

    value: Decimal
    span: Span


def find_numbers(text: str) -> tuple[Number, ...]:
    """Return the numbers of ``text`` in order, amounts of money left out; at most sixty."""
    return tuple(_numbers(Passage.of(text)))[:_MOST]


def _numbers(passage: Passage) -> Iterator[Number]:
    """Yield the numbers of a passage."""
    text = _WORDS.sub(_blanked, _THREE.sub("叁", passage.text))
    for found in _NUMBER.finditer(text):
        span = Span(*found.span())
        said = span.cut(text).strip()
        if (len(said) == 1 and said in _FORMAL) or _MONEY_BEHIND.match(text, found.end()):
            continue
        value = _value(found)
        if value is not None:
            yield Number(value, span)


def _blanked(found: re.Match[str]) -> str:
    """Return as many signs that mean nothing; 百分之 only loses its fraction."""
    return "\0" * len(found[0])


def _value(found: re.Match[str]) -> Decimal | None:
    """Return what a match is worth."""
    value = _unsigned(found)
    if value is None:
        return None
    if found["dozen"]:
        value *= _DOZEN
    return -value if found["sign"] else value


def _unsigned(found: re.Match[str]) -> Decimal | None:
    """Return the value without its sign."""
    if found["power"] or found["scientific"]:
        return _computed(found)
    if found["below"]:
        return _fraction(found["plus"], found["above"], found["below"])
    if found["den"]:
        return _fraction(found["mixed"], found["num"], found["den"])
    if found["half"] or found["equal"]:
        return _HALVES.get(found[0].strip("负- ")[-1], _HALF)
    return plain_number(found["number"])


def _computed(found: re.Match[str]) -> Decimal | None:
    """Return a power (2^5) or a number in scientific notation, as far as anybody writes one."""
    try:
        if found["scientific"]:
            value = Decimal(found["scientific"])
            return value if abs(value.adjusted()) <= _LARGEST_POWER else None
        base, _, exponent = found["power"].partition("^")
        is_usual = abs(Decimal(exponent)) <= _LARGEST_POWER
        return Decimal(base) ** Decimal(exponent) if is_usual else None
    except (InvalidOperation, ZeroDivisionError):
        return None


def _fraction(plus: str | None, above: str, below: str) -> Decimal | None:
    """Return ``plus`` and ``above`` parts out of ``below``."""
    whole = plain_number(plus) if plus else Decimal(0)
    negative = above.startswith(("负", "-"))
    upper, lower = plain_number(above.lstrip("负- ")), plain_number(below)
    if whole is None or upper is None or not lower:
        return None
    return whole + (-upper if negative else upper) / lower


def plain_number(text: str) -> Decimal | None:
    """Like :func:`to_number`, with blanks and 多, 余, 几 inside, and the letters k, w, M, G."""
    kept = _IGNORED.sub("", text)
    factor = _LETTERS.get(kept[-1:].lower())
    if factor and kept[:1].isascii():
        return Decimal(kept[:-1].replace(",", "")) * factor
    if kept.startswith("."):
        return Decimal(f"0{kept}")
    if len(kept) > 1 and kept[0] in "百千" and kept[1] in DIGITS:
        return to_number(f"一{kept}")
    return to_number(kept)
