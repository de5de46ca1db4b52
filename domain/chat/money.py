"""Amounts of money: 一万二, 三五百块, 8k-1w, 十块三毛, 5000以上, 100美元."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from domain.chat.numbers import plain_number
from domain.chat.passage import Passage, Span
from domain.chat.words.currencies import BEFORE, CURRENCIES, HUNDREDTHS, TENTHS
from domain.cleaning.words import any_word


@dataclass(frozen=True, slots=True)
class Money:
    """An amount or a range of them, both ends included; None: no bound on that side.

    ``currency`` is an ISO 4217 code (BTC by custom); CNY when none is said. ``is_rough``:
    约, 左右, 多 or a range. ``span``: evidence in the text as typed. ``confidence`` runs
    from 0 to 1: 0.9 where a currency was said, 0.7 where the unit or a word tells.
    """

    low: Decimal | None
    high: Decimal | None
    currency: str
    span: Span
    is_rough: bool = False
    confidence: float = 0.9


_HAN = "零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖十拾百佰千仟万亿兆廿卅"
_UNIT = "十拾百佰千仟万亿兆"
_DIGITS = r"(?:\d{1,3}(?:[,，]\d{3})+|\d+)(?:\.\d+)?"
_NUMBER = (
    rf"(?:{_DIGITS}(?:\s?[{_UNIT}][{_HAN}\d]*|\s?[kKwW](?![A-Za-z]))?"
    rf"|[{_HAN}]+(?:点[零一二三四五六七八九]+)?)"
)
_CURRENCY = any_word(" ".join(CURRENCIES))
_BEFORE = any_word(" ".join(BEFORE))
_COINS = (
    rf"(?:零?(?P<tenths>[{_HAN}\d])\s?[{TENTHS}](?:钱)?(?:零?(?P<cents>[{_HAN}\d])\s?[{HUNDREDTHS}]?(?:钱)?)?"
    rf"|零?(?P<few>[{_HAN}\d]{{1,2}})\s?分(?:钱)?(?!钟)"
    r"|(?P<rest>零?[一二三四五六七八九])(?![一二三四五六七八九十百千万亿个年月天次节折号]))"
)
_ONE = (
    rf"(?:(?P<before>{_BEFORE})\s?)?(?P<number>{_NUMBER})(?P<more>\s?[多余几来]\s?[万亿]?)?"
    rf"(?P<ge>个(?=[万亿比]|半|[{_HAN}]毫)[万亿]?)?\s?(?P<currency>{_CURRENCY})?"
    rf"(?P<coins>(?<=[元块圆个蚊币])\s?{_COINS})?(?P<again>{_CURRENCY})?"
)
_ONLY_COINS = (
    rf"(?<![\d{_HAN}点第.])(?P<t>[{_HAN}\d]{{1,3}})\s?[{TENTHS}](?:钱)?(?:(?P<c>[{_HAN}\d])\s?分)?(?![度色膜星形落]|大楼)"
    rf"|(?<![\d{_HAN}点第.:])(?P<c2>[{_HAN}\d]{{1,2}})\s?分钱"
)
_SINGLE = re.compile(_ONE, re.IGNORECASE)
_TO = re.compile(r"\s?(?:到|至|-|~|—|–)+\s?")
_PAIR = re.compile(rf"(?P<low>[一二两三四五六七八九])(?P<high>[二两三四五六七八九])(?=[{_UNIT}])")
_START = re.compile(
    rf"(?:{_BEFORE}\s?(?=[\d{_HAN}])|(?<![A-Za-z0-9_.:/\-第{_HAN}])(?=[\d{_HAN}]))", re.IGNORECASE
)
_COINS_ALONE = re.compile(_ONLY_COINS)
_ALL_CENTS = re.compile(rf"(?P<t>)(?P<c>)(?P<c2>[{_HAN}\d]{{1,3}})\s?分")

_ABOUT_BEFORE = re.compile(r"(?:约|大约|大概|差不多|将近|近|接近|从)\s?$")
_ABOUT_BEHIND = re.compile(r"\s?(?:左右|上下|之间|前后)")
_LOWER_BEFORE = re.compile(
    r"(?:至少|起码|不低于|最少|不少于|超过(?<!不超过))(?:要|得|是|有|花)?\s?$"
)
_UPPER_BEFORE = re.compile(
    r"(?:最多|至多|顶多|不超过?|别超过?|不要超过|不高于|上限|控制在|封顶|不到)(?:是|能|花|到)?\s?$"
)
_LOWER_BEHIND = re.compile(r"\s?(?:\(含\))?(?:以上|起步?(?!床|来)|往上)")
_UPPER_BEHIND = re.compile(r"\s?(?:\(含\))?(?:以内|之内|以下|封顶|内(?![容部地]))")
#: What an amount without a currency is counted in otherwise.
_COUNTED = re.compile(
    r"\s?(?:[个名人位岁年月日号天节次点分秒周课时小折%公里米平方楼层期线班遍种门科孩学条件家台辆套只张本字步度倍页款"
    r"座所间篇级斤克吨升粉册杯遍头]|[A-Za-z0-9:]|[-/.]\d)"
)
#: Without currency and unit an amount needs a word for money close before it.
_MONEY_WORDS = re.compile(
    any_word(
        """
        预算 学费 费用 价格 价钱 价位 优惠价 原价 现价 单价 总价 定金 订金 尾款 首付 押金 收费
        花了 付了 交了 转了 退了 退款 打了款 工资 薪酬 薪资 月薪 年薪 便宜 贵 值 卖 要价 报价 出价
        消费 赚 亏 欠 余额 价值 花费 开销 一共 总共 合计 每节 每节课 一节课 每月 每年 一年 低于
        高于 接受
        """
    )
    + r"[^,。!?\d]{0,6}$"
)
_REACH = 14
_TELLING = re.compile(r"[百佰千仟万亿兆kKwW个]")
_SHORTEST_TELLING = 2
#: With a bound (以上, 最多) a bare number from here on is an amount.
_LARGE = 500
_TENTH, _HUNDREDTH = Decimal("0.1"), Decimal("0.01")
_MOST = 60
_SAID_CURRENCY, _NO_CURRENCY = 0.9, 0.7
_LONG_DIGITS = re.compile(r"\d{9,}")


def find_money(text: str) -> tuple[Money, ...]:
    """Return the amounts of ``text`` in order, at most sixty.

    A bare number is an amount when it is spoken in 万, 千, k or w and counts nothing else,
    or right behind a word for money (学费, 预算).
    """
    return tuple(_amounts(Passage.of(text), is_known=False))[:_MOST]


def read_money(text: str) -> Money | None:
    """Return the first amount of ``text``, which is known to be about money (a form's field)."""
    return next(_amounts(Passage.of(text), is_known=True), None)


def _amounts(passage: Passage, *, is_known: bool) -> Iterator[Money]:
    """Yield amounts; ``is_known``: every number is one."""
    position = 0
    text = passage.text
    while position < len(text):
        start = _START.search(text, position)
        if not start:
            return
        found = _read(passage, start.start())
        if found and (is_known or _is_money(passage, found)):
            yield found.money
            position = found.money.span.end
        else:
            position = max(start.end(), start.start() + 1, found.number_end if found else 0)


@dataclass(frozen=True, slots=True)
class _Read:
    """An amount, where its number ends, and whether a currency or a telling unit was said."""

    money: Money
    number_end: int
    has_currency: bool
    has_unit: bool


def _is_money(passage: Passage, found: _Read) -> bool:
    """Tell whether the words around make the number an amount."""
    span = found.money.span
    if found.has_currency:
        return True
    if _COUNTED.match(passage.after(span.end, 4)) or _LONG_DIGITS.fullmatch(span.cut(passage.text)):
        return False
    ends = (found.money.low, found.money.high)
    if None in ends and any(end and end >= _LARGE for end in ends):
        return True
    if found.has_unit and len(span.cut(passage.text)) >= _SHORTEST_TELLING:
        return True
    return _MONEY_WORDS.search(passage.before(span.start, _REACH)) is not None


def _read(passage: Passage, start: int) -> _Read | None:
    """Return the amount at ``start``, with the second end of a range if there is one."""
    coins = _COINS_ALONE.match(passage.text, start) or _ALL_CENTS.fullmatch(passage.text)
    if coins:
        return _coins(passage, coins)
    pair = _PAIR.match(passage.text, start)
    first = _one(passage, pair.end() - 1 if pair else start, start)
    if first is None:
        return None
    if pair:
        return _paired(passage, first, pair)
    to = _TO.match(passage.text, first.money.span.end)
    second = _one(passage, to.end(), to.end()) if to else None
    ranged = _ranged(passage, first, second) if second else None
    return replace(ranged or first, money=_bounded(passage, (ranged or first).money))


def _one(passage: Passage, start: int, evidence: int) -> _Read | None:
    """Return the single amount at ``start``."""
    found = _SINGLE.match(passage.text, start)
    value = plain_number((found["number"] or "").replace("，", ",")) if found else None
    if not found or value is None:
        return None
    more = (found["more"] or "").strip()
    if more[-1:] in {"万", "亿"}:
        value *= 10**4 if more.endswith("万") else 10**8
    ge = found["ge"] or ""
    if ge[-1:] in {"万", "亿"}:
        value *= 10**4 if ge.endswith("万") else 10**8
    low = value + _coin_value(found)
    high = low + _step(low, more) if more else low
    code = _code(found)
    span = Span(evidence, found.start() + len(found[0].rstrip()))
    said_unit = _TELLING.search(f"{found['number']}{more}{ge}") is not None
    sure = _SAID_CURRENCY if code else _NO_CURRENCY
    money = Money(low, high, code or "CNY", span, is_rough=bool(more), confidence=sure)
    return _Read(money, found.end("number"), code is not None, said_unit)


def _code(found: re.Match[str]) -> str | None:
    """Return the currency said, a foreign one first (三万元欧元)."""
    said = [found[group].lower() for group in ("again", "currency", "before") if found[group]]
    codes = [CURRENCIES[word] for word in said]
    return next((code for code in codes if code != "CNY"), codes[0] if codes else None)


def _coin_value(found: re.Match[str]) -> Decimal:
    """Return what 角, 分 or a bare digit behind the unit adds."""
    if not found["coins"]:
        return Decimal(0)
    if found["few"]:
        return (plain_number(found["few"]) or Decimal(0)) * _HUNDREDTH
    if found["rest"]:
        digit = plain_number(found["rest"][-1]) or Decimal(0)
        return digit * (_HUNDREDTH if found["rest"].startswith("零") else _TENTH)
    tenths = plain_number(found["tenths"] or "零") or Decimal(0)
    cents = plain_number(found["cents"] or "零") or Decimal(0)
    return tenths * _TENTH + cents * _HUNDREDTH


def _coins(passage: Passage, found: re.Match[str]) -> _Read:
    """Return an amount of 角 and 分 only."""
    tenths, cents = (plain_number(found[group] or "零") or Decimal(0) for group in ("t", "c"))
    cents += plain_number(found["c2"] or "零") or Decimal(0)
    value = tenths * _TENTH + cents * _HUNDREDTH
    money = _bounded(passage, Money(value, value, "CNY", Span(*found.span())))
    return _Read(money, found.end(), has_currency=True, has_unit=True)


def _step(value: Decimal, more: str) -> Decimal:
    """Return how far 多 reaches: to the next unit of the last digit said (3000多 → 4000)."""
    if not value:
        return Decimal(0)
    exponent = value.normalize().as_tuple().exponent
    return Decimal(10) ** exponent if isinstance(exponent, int) and more else Decimal(0)


def _paired(passage: Passage, first: _Read, pair: re.Match[str]) -> _Read | None:
    """Return 三五百 as a range; ``first`` was read from its second digit on."""
    upper = first.money.high
    low_digit, high_digit = plain_number(pair["low"]), plain_number(pair["high"])
    if upper is None or low_digit is None or not high_digit or low_digit >= high_digit:
        return None
    money = replace(first.money, low=upper * low_digit / high_digit, is_rough=True)
    return replace(first, money=_bounded(passage, money))


def _ranged(passage: Passage, first: _Read, second: _Read) -> _Read | None:
    """Return the range between two amounts; a unit said once counts for both (两到三万)."""
    low, high = first.money.low, second.money.high
    if low is None or high is None:
        return None
    if not first.has_currency:
        low = _in_unit(passage, first, second, low, high)
    if low > high:
        return None
    code = second.money.currency if second.has_currency else first.money.currency
    span = Span(first.money.span.start, second.money.span.end)
    return _Read(
        Money(low, high, code, span, is_rough=True, confidence=second.money.confidence),
        second.number_end,
        first.has_currency or second.has_currency,
        first.has_unit or second.has_unit,
    )


_LAST_UNITS = re.compile(rf"[{_UNIT}kKwW]+$")


def _in_unit(passage: Passage, first: _Read, second: _Read, low: Decimal, high: Decimal) -> Decimal:
    """Return the lower end in the unit of the upper one, where that makes a range."""
    upper = passage.text[second.money.span.start : second.number_end].rstrip()
    lower = passage.text[first.money.span.start : first.number_end].rstrip()
    units = _LAST_UNITS.search(upper)
    if not units:
        return low
    own = _LAST_UNITS.search(lower)
    # 一千到两千万: only what the lower end does not say itself is shared.
    shared = units[0] if own is None else units[0].lstrip("十拾百佰千仟")
    if own is not None and own[0][-1] in shared:
        return low
    if own is None and lower.isdigit() and low >= 100:  # noqa: PLR2004 - 8500到3万
        return low
    factor = plain_number(f"1{shared[-1]}") if shared else None
    if own is None and len(shared) > 1:
        # 八到九百亿: the lower end shares the largest unit only.
        factor = plain_number(f"1{shared[-1]}")
    scaled = low * factor if factor else low
    return scaled if scaled <= high else low


def _bounded(passage: Passage, money: Money) -> Money:
    """Apply 以上, 以内, 至少, 约 and the like around an amount."""
    before = passage.before(money.span.start, 6)
    behind = passage.after(money.span.end, 6)
    if _LOWER_BEFORE.search(before) or _LOWER_BEHIND.match(behind):
        return replace(money, high=None, is_rough=True)
    if _UPPER_BEFORE.search(before) or _UPPER_BEHIND.match(behind):
        return replace(money, low=None, is_rough=True)
    if _ABOUT_BEFORE.search(before) or _ABOUT_BEHIND.match(behind):
        return replace(money, is_rough=True)
    return money
