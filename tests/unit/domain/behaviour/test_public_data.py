"""Public data through the public language: text, parsed, checked and computed."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from domain.behaviour.checking.check import understood
from domain.behaviour.kernel import evaluate
from domain.behaviour.vocabulary import Vocabulary
from domain.columns.days import Moments
from domain.columns.persons import Behaviour, Columns, columns_of
from domain.columns.values import Floats, Marks
from domain.events.event import Event
from domain.events.registry import (
    EventKind,
    EventRegistry,
    EventSource,
    PropertySpec,
    PropertyType,
    Strength,
)
from domain.values import BUSINESS_ZONE, PersonId


class DataSet:
    """Persons as columns, the words for them, and the moment they are looked at."""

    def __init__(
        self, histories: dict[str, list[Event]], kinds: list[EventKind], now: datetime
    ) -> None:
        self.persons = list(histories)
        self.vocabulary = Vocabulary(EventRegistry.of(kinds))
        self.columns: Columns = columns_of(
            [Behaviour(events) for events in histories.values()],
            self.vocabulary.events.interactions(),
        )
        self.now = Moments.at(now, BUSINESS_ZONE)

    def value(self, text: str) -> Any:
        expression = understood(text, self.vocabulary).expression
        return evaluate([expression], self.columns, self.now)[0]

    def numbers(self, text: str) -> Floats:
        return self.value(text).numbers

    def holds(self, text: str) -> Marks:
        return self.value(text).holds

    def count(self, text: str) -> int:
        return int(self.holds(text).sum())


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BUSINESS_ZONE)


def kind(name: str, label: str, **properties: PropertyType) -> EventKind:
    specs = {key: PropertySpec(key, key, of) for key, of in properties.items()}
    return EventKind(name, label, Strength.STRONG, EventSource.PRODUCT, True, specs)  # noqa: FBT003


def happened(name: str, at: datetime, row: int, **properties: str | float) -> Event:
    """The file is the source, and its rows are in order."""
    return Event(PersonId(1), name, at, at, f"row:{row}", row, properties)


@pytest.fixture(scope="module")
def cdnow_folder(shared_data: Path) -> Path:
    return shared_data / "cdnow"


@pytest.fixture(scope="module")
def cdnow(cdnow_folder: Path) -> DataSet:
    histories: dict[str, list[Event]] = defaultdict(list)
    with (cdnow_folder / "purchases_train.csv").open(encoding="utf-8") as file:
        for row, line in enumerate(csv.DictReader(file)):
            at = datetime.strptime(line["date"], "%Y%m%d").replace(tzinfo=BUSINESS_ZONE)
            bought = happened(
                "purchase", at, row, cds=float(line["cds"]), amount=float(line["amount"])
            )
            histories[line["customer_id"]].append(bought)
    number = PropertyType.NUMBER
    purchase = kind("purchase", "购买", cds=number, amount=number)
    return DataSet(histories, [purchase], local("1998-07-01"))


def test_recency_frequency_and_value_of_every_customer(cdnow: DataSet, cdnow_folder: Path) -> None:
    with (cdnow_folder / "rfm_expected_train.csv").open(encoding="utf-8") as file:
        wanted = {line["customer_id"]: line for line in csv.DictReader(file)}
    assert cdnow.persons == list(wanted)
    for column, text in {
        "recency_days": "距今(末次(购买))",
        "orders": "次数(购买)",
        "days": "活跃天数(购买)",
        "cds": "求和(购买.cds)",
        "amount": "求和(购买.amount)",
    }.items():
        numbers = [float(line[column]) for line in wanted.values()]
        assert np.round(cdnow.numbers(text), 6).tolist() == numbers, column
    for column, text in {"first": "首次(购买)", "last": "末次(购买)"}.items():
        value = cdnow.value(text)
        days = [value.item(row).astimezone(BUSINESS_ZONE) for row in range(len(wanted))]
        assert [f"{day:%Y-%m-%d}" for day in days] == [line[column] for line in wanted.values()]


#: First bought in January, and on a later day of the 30 after that first day.
AGAIN_WITHIN_30_DAYS = (
    "首次(购买) >= 1997-01-01 且 首次(购买) < 1997-02-01"
    " 且 距今(首次(购买)) - 距今(末次(购买, 首次(购买) 后 30天 内)) >= 1"
)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("customers", "做过(购买)"),
        ("one_time_buyers (orders==1)", "次数(购买) = 1"),
        ("orders>=5", "次数(购买) >= 5"),
        ("amount>=200", "求和(购买.amount) >= 200"),
        (
            "active_90d (last purchase in [1998-04-02,1998-06-30])",
            "做过(购买, 从 1998-04-02 到 1998-06-30)",
        ),
        ("orders>=3 and recency_days>180", "次数(购买) >= 3 且 距今(末次(购买)) > 180"),
        ("bought in Jan 1997 and again within 30 days of first purchase", AGAIN_WITHIN_30_DAYS),
    ],
)
def test_segments_of_customers(cdnow: DataSet, cdnow_folder: Path, name: str, text: str) -> None:
    wanted = json.loads((cdnow_folder / "segments_expected_train.json").read_text("utf-8"))
    assert cdnow.count(text) == wanted[name]


def test_the_money_of_every_month(cdnow: DataSet, cdnow_folder: Path) -> None:
    wanted = json.loads((cdnow_folder / "segments_expected_train.json").read_text("utf-8"))
    for month, amount in wanted["monthly_amount"].items():
        first = date.fromisoformat(f"{month}-01")
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        found = cdnow.numbers(f"求和(购买.amount, 从 {first} 到 {last})").sum()
        assert round(float(found), 2) == amount, month


@pytest.fixture(scope="module")
def clicks_folder(shared_data: Path) -> Path:
    return shared_data / "ecom_clickstream"


@pytest.fixture(scope="module")
def clicks(clicks_folder: Path) -> DataSet:
    histories: dict[str, list[Event]] = defaultdict(list)
    names = set()
    with (clicks_folder / "events_train.csv").open(encoding="utf-8") as file:
        for row, line in enumerate(csv.DictReader(file)):
            names.add(line["event"])
            found = happened(
                line["event"],
                local(line["timestamp"]),
                row,
                platform=line["platform"],
                session=line["session_id"],
            )
            histories[line["user_id"]].append(found)
    text = PropertyType.TEXT
    kinds = [kind(name, name, platform=text, session=text) for name in sorted(names)]
    return DataSet(histories, kinds, local("2024-07-01"))


FUNNEL = ("product_view", "add_to_cart", "shipping_details", "payment_details", "purchase")


def funnel(steps: int, window: str) -> str:
    if steps == 1:
        return f"done({FUNNEL[0]})"
    return f"sequence({' -> '.join(FUNNEL[:steps])}{window})"


@pytest.mark.parametrize(
    ("name", "window"),
    [("funnel_ordered_no_window", ""), ("funnel_ordered_within_1_day_of_first_step", ", 1 day")],
)
def test_ordered_funnels(clicks: DataSet, clicks_folder: Path, name: str, window: str) -> None:
    wanted = json.loads((clicks_folder / "segments_expected_train.json").read_text("utf-8"))
    found = {
        step: clicks.count(funnel(place, window)) for place, step in enumerate(FUNNEL, start=1)
    }
    assert found == wanted[name]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("users", "done(any)"),
        (
            "seg_add_to_cart_no_purchase_ever",
            "done(add_to_cart) and not done(purchase)",
        ),
        (
            "seg_product_view_>=10_in_30d_before_as_of",
            "count(product_view, 720 hours) >= 10",
        ),
        ("seg_inactive_60d (last event < as_of-60d)", "age(last(any), hours) > 1440"),
        (
            "seg_mobile_and_support_chat",
            "done(any[platform = 'mobile']) and done(support_chat)",
        ),
        ("dau_2024-03-01", "done(any, from 2024-03-01 to 2024-03-01)"),
    ],
)
def test_segments_of_users(clicks: DataSet, clicks_folder: Path, name: str, text: str) -> None:
    wanted = json.loads((clicks_folder / "segments_expected_train.json").read_text("utf-8"))
    assert clicks.count(text) == wanted[name]


def test_totals_of_the_clickstream(clicks: DataSet, clicks_folder: Path) -> None:
    wanted = json.loads((clicks_folder / "segments_expected_train.json").read_text("utf-8"))
    assert clicks.numbers("count(any)").sum() == wanted["events"]
    assert clicks.numbers("distinct(any.session)").sum() == wanted["sessions"]
    for platform, users in wanted["platforms"].items():
        assert clicks.count(f"done(any[platform = '{platform}'])") == users
