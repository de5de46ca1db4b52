"""The invented sales-chat cases of ``tests/fixtures/sales_chat`` and how they are compared."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from domain.chat.extract import Fields, extract_fields
from domain.chat.fields.budget import Budget
from domain.chat.intent import read_intent
from domain.chat.money import find_money
from domain.chat.when import find_when
from domain.values import BUSINESS_ZONE
from tests.shared import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 3, 11, 10, 0, tzinfo=BUSINESS_ZONE)


def rows(name: str) -> list[list[str]]:
    """Return the rows of a file, split into columns."""
    lines = (ROOT / "tests/fixtures/sales_chat" / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


def fields_of(text: str) -> list[str]:
    found = extract_fields(text)
    said = (
        (field.name, "|".join(shown(finding.value) for finding in getattr(found, field.name)))
        for field in fields(Fields)
    )
    return sorted(f"{name}={values}" for name, values in said if values)


def shown(value: object) -> str:
    if isinstance(value, Budget):
        return "-".join("" if end is None else str(end) for end in (value.low, value.high))
    return str(value)


def time_of(text: str) -> list[str]:
    when = find_when(text, NOW)
    if when is None:
        return []
    start, end = (
        f"{moment:%Y-%m-%d %H:%M}" if moment else "-" for moment in (when.start, when.end)
    )
    return [start, end, when.grain, *([str(when.recurring)] if when.recurring else [])]


def money_of(text: str) -> list[str]:
    said = "|".join(
        f"{plain(money.low)}..{plain(money.high)} {money.currency}" for money in find_money(text)
    )
    return [said] if said else []


def plain(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"


def intent_of(text: str) -> list[str]:
    return [read_intent(text).main]


#: File → what is read from a message, in the columns of the file.
READERS: dict[str, Callable[[str], list[str]]] = {
    "fields.tsv": fields_of,
    "times.tsv": time_of,
    "money.tsv": money_of,
    "intents.tsv": intent_of,
}


def wrong(name: str) -> list[tuple[str, list[str], list[str]]]:
    """Return message, what was expected and what was read, where they differ."""
    found = []
    for row in rows(name):
        text, expected = (row[1], row[:1]) if name == "intents.tsv" else (row[0], row[1:])
        read = READERS[name](text)
        if read != (sorted(expected) if name == "fields.tsv" else expected):
            found.append((text, expected, read))
    return found
