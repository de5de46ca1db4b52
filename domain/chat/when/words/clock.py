"""Words → parts of the day and times of day."""

from __future__ import annotations

import re
from dataclasses import dataclass

from domain.chat.numerals import to_int
from domain.chat.when.model import Clock, Part
from domain.cleaning.words import any_word

_CN_HOUR = "二十[一二三四]|十[一二三四五六七八九]|[一二两三四五六七八九十零〇]"
_HOUR = rf"(?:2[0-4]|1\d|0?\d|{_CN_HOUR})"
_MINUTE = r"(?:[0-5]?\d|[二三四五]?十[一二三四五六七八九]?|[零〇][一二三四五六七八九])"
_NUMBER_BEFORE = re.compile(r"[\d.:一二三四五六七八九十零百第提]$")
_FEW = "[一二三四五六七八九]"

PARTS: dict[str, Part] = {
    word: part
    for part, words in {
        Part.DAWN: "凌晨",
        Part.EARLY: "早上 早晨 清早 大清早 一大早 一早 清晨 早间",
        Part.MORNING: "上午 午前",
        Part.NOON: "中午 正午 晌午",
        Part.AFTERNOON: "下午 午后 晏昼",
        Part.DUSK: "傍晚 黄昏",
        Part.EVENING: "晚上 晚间 夜晚 夜里 半夜 深夜 晚黑",
    }.items()
    for word in words.split()
}
_PART = re.compile(
    rf"(?:{'|'.join(sorted(PARTS, key=len, reverse=True))})(?!好(?![,。]?\S)|好$|茶|饭)"
)
_GREETING = re.compile(r"好[,。!~\s]|好$|好呀|好啊")
#: One character is enough right behind a day: 明早, 周五晚.
_SHORT_PART = re.compile(
    r"(?P<early>早)(?![点些一会饭间]|上|晨)|(?P<late>晚|夜)(?![点些会饭间自]|上|一点|一些)"
)

_DIGITAL = re.compile(
    r"(?<![\d:.])(?P<hour>2[0-4]|[01]?\d):(?P<minute>[0-5]\d)(?!\d|:\d)(?:分|\s?(?P<half>[ap]\.?m(?![A-Za-z])\.?))?",
    re.IGNORECASE,
)
_ENGLISH = re.compile(
    r"(?<![\d:.])(?P<hour>1[0-2]|0?[1-9])\s?(?P<half>[ap])\.?m(?![A-Za-z])\.?", re.IGNORECASE
)
#: Behind these nouns 三点 counts points, not hours.
_POINTS = any_word(
    """
    建议 要求 疑问 疑虑 问题 意见 想法 原因 理由 事 心意 心得 意思 内容 好处 优势 不足 击 评 赞 餐
    名 头 缀 水 滴 体会 说明 补充 需求 都不 也不 儿 子 菜 单 钱 折 区别 希望 共识 顾虑 没 不
    """
)
_HOURS = re.compile(
    rf"(?P<hour>{_HOUR})(?:点钟?|时(?![候间代常段髦期尚光机]))"
    r"(?:整|(?P<half>半)|(?P<quarter>[一三13])刻|过?(?P<minute>"
    rf"{_MINUTE})(?:分(?!钟)|(?!\d|[个折万千百元块%倍度分]))|差(?P<lack>{_MINUTE}分|{_FEW}分|一刻))?"
    rf"(?P<point>[一二三四五六七八九\d])?(?!{_POINTS})"
)
_LACKING = re.compile(rf"差(?P<lack>{_MINUTE}|{_FEW}|一刻)分?(?:钟)?(?:到)?(?P<hour>{_HOUR})点")
#: 一点 means "a little" unless something around makes it an hour.
_LITTLE_BEFORE = re.compile(
    r"[快早晚多少好大小高低宜慢近有这那差重轻了亮长短细简松严远难久真实吃喝学懂给便说讲聊谈写做]$"
)
_HOUR_BEHIND = re.compile(
    r"钟|半|整|左右|前后|[之以]?[前后]|一刻|多(?![少了])|见|过来|来|去|打|联系|提醒|到|-|$|[,。!]|吧|开|上课"
)
_TWO_POINTS_BEFORE = re.compile(r"[有这那提说讲下前后几以就哪]$")
_NOUNS_COUNTED = frozenset("一二两三四五六七八九十")

ANCHORS: tuple[tuple[re.Pattern[str], Clock], ...] = (
    (
        re.compile(
            r"放了?学(?:后|以后|之后|时|的时候|(?=再|就|联系|打|给|找|说|聊|回|见|过|之?前|以前|来))"
        ),
        Clock(17, is_24h=True),
    ),
    (
        re.compile(
            r"下了?班(?:后|以后|之后|时|的时候|(?=再|就|联系|打|给|找|说|聊|回|见|过|之?前|以前|来))"
        ),
        Clock(18, 30, is_exact=True, is_24h=True),
    ),
    (re.compile(r"午休(?:时间?|的时候|期间)?"), Clock(12, 30, is_exact=True, is_24h=True)),
    (re.compile(r"临?睡觉?前"), Clock(21, 30, is_exact=True, is_24h=True)),
)
_QUARTER = 15
_HALF = 30
_NOON = 12
_LAST_HOUR = 24


@dataclass(frozen=True, slots=True)
class Timed:
    """A time of day read from text, and where it ends."""

    clock: Clock
    end: int


def read_part(text: str, position: int, *, follows_day: bool) -> tuple[Part, int] | None:
    """Return the part of the day named at ``position`` and its end; greetings are none."""
    found = _PART.match(text, position)
    if found:
        if not follows_day and _GREETING.match(text, found.end()):
            return None
        return PARTS[found[0]], found.end()
    short = _SHORT_PART.match(text, position) if follows_day else None
    if short:
        return (Part.EARLY if short["early"] else Part.EVENING), short.end()
    return None


def read_clock(text: str, position: int, *, has_context: bool) -> Timed | None:
    """Return the time of day at ``position``.

    ``has_context``: a day or a part of the day stands before it, which makes 一点 an hour.
    """
    digital = _DIGITAL.match(text, position)
    if digital:
        return Timed(_digital(digital), digital.end())
    english = _ENGLISH.match(text, position)
    if english:
        hour = _half_day(int(english["hour"]), english["half"])
        return Timed(Clock(hour, is_24h=True), english.end())
    for pattern, clock in ANCHORS:
        anchor = pattern.match(text, position)
        if anchor:
            return Timed(clock, anchor.end())
    return _lacking(text, position) or _spoken(text, position, has_context=has_context)


def _digital(found: re.Match[str]) -> Clock:
    """Return ``9:30``, ``09:30`` or ``3:15pm``."""
    hour = int(found["hour"])
    if found["half"]:
        return Clock(
            _half_day(hour, found["half"]), int(found["minute"]), is_exact=True, is_24h=True
        )
    is_24h = found["hour"].startswith("0") or hour > _NOON
    return Clock(hour, int(found["minute"]), is_exact=True, is_24h=is_24h)


def _half_day(hour: int, half: str) -> int:
    """Return the hour of the day for an English hour with am or pm."""
    return hour % _NOON + (_NOON if half.lower().startswith("p") else 0)


def _lacking(text: str, position: int) -> Timed | None:
    """Return ``差五分四点``."""
    found = _LACKING.match(text, position)
    if not found:
        return None
    return Timed(_minutes_before(to_int(found["hour"]) or 0, _lack(found["lack"])), found.end())


def _lack(text: str) -> int:
    """Return the minutes of ``五分`` or ``一刻``."""
    return _QUARTER if text == "一刻" else to_int(text.removesuffix("分")) or 0


def _minutes_before(hour: int, lack: int) -> Clock:
    """Return the time ``lack`` minutes before the full ``hour``."""
    return Clock((hour - 1) % _LAST_HOUR, 60 - lack, is_exact=True)


def _spoken(text: str, position: int, *, has_context: bool) -> Timed | None:
    """Return ``三点半``, ``3点15分``, ``四点差五分``, unless it counts points."""
    found = _HOURS.match(text, position)
    if not found or found["point"] or not (has_context or _is_hour(text, found)):
        return None
    hour = to_int(found["hour"]) or 0
    if found["lack"]:
        return Timed(_minutes_before(hour, _lack(found["lack"])), found.end())
    is_24h = hour > _NOON or hour == 0
    return Timed(Clock(hour, _minute(found), is_exact=_is_exact(found), is_24h=is_24h), found.end())


def _is_exact(found: re.Match[str]) -> bool:
    """Tell whether minutes were given."""
    return bool(found["half"] or found["quarter"] or found["minute"])


def _minute(found: re.Match[str]) -> int:
    """Return the minutes; none given means the full hour."""
    if found["half"]:
        return _HALF
    if found["quarter"]:
        return (to_int(found["quarter"]) or 0) * _QUARTER
    return to_int(found["minute"] or "0") or 0


def _is_hour(text: str, found: re.Match[str]) -> bool:
    """Tell whether ``N点`` is an hour, by what stands around it."""
    before = text[max(0, found.start() - 2) : found.start()]
    if _NUMBER_BEFORE.search(before):
        return False
    if found.end() - found.end("hour") > 1:  # 点钟, 点半, 点15
        return True
    if found["hour"] in {"一", "1"}:
        return not _LITTLE_BEFORE.search(before) and bool(_HOUR_BEHIND.match(text, found.end()))
    if found["hour"] in _NOUNS_COUNTED:
        return not _TWO_POINTS_BEFORE.search(before)
    return True
