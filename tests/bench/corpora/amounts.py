"""Money and numbers as JioNLP, Recognizers-Text and duckling read them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from domain.chat.money import Money, find_money, read_money
from domain.chat.numbers import find_numbers
from domain.chat.words.currencies import CURRENCIES
from domain.cleaning.text import fold
from tests.bench.corpora.held import Held, held, json_lines, json_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_CENTS = Decimal(100)
_DIGITS_THAT_COUNT = 12


def jionlp(folder: Path) -> Held:
    """Hold JioNLP's money cases against ours: values, currency, definition; or spans."""
    return held((*_jionlp_parsed(folder), *_jionlp_extracted(folder)))


def _jionlp_parsed(folder: Path) -> Iterator[tuple[str, bool]]:
    for case in json_lines(folder / "jionlp_zh/money_parser.jsonl"):
        money = read_money(case["text"])
        yield case["text"], money is not None and _as_jionlp(money) == _expected(case["expected"])


def _jionlp_extracted(folder: Path) -> Iterator[tuple[str, bool]]:
    for case in json_lines(folder / "jionlp_zh/money_extractor.jsonl"):
        found = [(m.span.start, m.span.end) for m in find_money(case["text"])]
        yield case["text"], found == [tuple(said["offset"]) for said in case["expected"]]


def _as_jionlp(money: Money) -> tuple[list[Decimal], str, str]:
    """Return an amount in their terms: one number for an open range."""
    if money.high is None:
        definition = "blur+"
    elif money.low is None:
        definition = "blur-"
    else:
        definition = "blur" if money.is_rough else "accurate"
    ends = [end for end in (money.low, money.high) if end is not None]
    return sorted(set(ends)), money.currency, definition


def _expected(case: dict[str, Any]) -> tuple[list[Decimal], str, str]:
    numbers = case["num"] if isinstance(case["num"], list) else [case["num"]]
    currency = CURRENCIES.get(case["case"], case["case"])
    return sorted({Decimal(number) for number in numbers}), currency, case["definition"]


def recognizers_currency(folder: Path) -> Held:
    """Hold ``CurrencyModel`` against ours: text, value and code; a name without amount is none."""
    cases = json_of(folder / "recognizers_zh/NumberWithUnit/CurrencyModel.json")
    return held((case["Input"], _currencies(case) == _found(case["Input"])) for case in cases)


def _currencies(case: dict[str, Any]) -> list[tuple[str, Decimal, str]]:
    return [
        (
            fold(result["Text"]),
            Decimal(result["Resolution"]["value"] or "NaN"),
            result["Resolution"].get("isoCurrency", "BTC"),
        )
        for result in case["Results"]
    ]


def _found(text: str) -> list[tuple[str, Decimal, str]]:
    return [
        (fold(money.span.cut(text)), money.low, money.currency)
        for money in find_money(text)
        if money.low is not None
    ]


def duckling_money(folder: Path) -> Held:
    """Hold ``AmountOfMoney`` against ours: the numbers; their dollar stands for any unit."""
    cases = json_lines(folder / "duckling_zh/AmountOfMoney.jsonl")
    return held((case["text"], _numbers_of(case["expr"]) == _ends(case["text"])) for case in cases)


def _numbers_of(expression: str) -> set[Decimal]:
    numbers = {Decimal(number) for number in re.findall(r"\d+(?:\.\d+)?", expression)}
    return {number / _CENTS for number in numbers} if "Cent" in expression else numbers


def _ends(text: str) -> set[Decimal]:
    money = read_money(text)
    return {end for end in (money.low, money.high) if end is not None} if money else set()


def recognizers_numbers(folder: Path) -> Held:
    """Hold ``NumberModel`` against ours: text and value to twelve digits."""
    cases = json_of(folder / "recognizers_zh/Number/NumberModel.json")
    return held((case["Input"], _same_numbers(case)) for case in cases)


def _same_numbers(case: dict[str, Any]) -> bool:
    text = case["Input"]
    found = [(fold(n.span.cut(text)).strip(), _rounded(n.value)) for n in find_numbers(text)]
    expected = [
        (fold(result["Text"]).strip(), _rounded(Decimal(result["Resolution"]["value"])))
        for result in case["Results"]
    ]
    return found == expected


def _rounded(number: Decimal) -> str:
    return f"{float(number):.{_DIGITS_THAT_COUNT}g}"


def duckling_numbers(folder: Path) -> Held:
    """Hold ``Numeral`` against ours."""
    cases = json_lines(folder / "duckling_zh/Numeral.jsonl")
    return held((case["text"], _is_numeral(case)) for case in cases)


def _is_numeral(case: dict[str, Any]) -> bool:
    expected = Decimal(case["expr"].removeprefix("NumeralValue").strip(" ()"))
    return [number.value for number in find_numbers(case["text"])] == [expected]
