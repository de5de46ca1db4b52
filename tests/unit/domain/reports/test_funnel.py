from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.reports.funnel import (
    FunnelCounts,
    FunnelRow,
    by_day,
    by_label,
    by_month,
    by_week,
    funnel,
    funnel_by,
)
from tests.factories import NOW

HOUR = timedelta(hours=1)


def row(**moments: Any) -> FunnelRow:
    labels = moments.pop("labels", {})
    listed = moments.pop("listed", NOW)
    return FunnelRow(
        listed, labels=labels, **{f"{name}_at": NOW + HOUR * n for name, n in moments.items()}
    )


@pytest.mark.parametrize(
    ("reached", "steps"),
    [
        (row(), (1, 0, 0, 0, 0, 0)),
        (row(delivered=1), (1, 1, 0, 0, 0, 0)),
        (row(delivered=1, interacted=1), (1, 1, 1, 0, 0, 0)),
        (row(delivered=2, interacted=1), (1, 1, 0, 0, 0, 0)),
        (row(interacted=1, deal=2), (1, 0, 0, 0, 0, 0)),
        (row(delivered=1, intent=3), (1, 1, 1, 1, 0, 0)),
        (row(delivered=1, deal=3), (1, 1, 1, 1, 1, 0)),
        (row(delivered=1, interacted=2, intent=3, deal=4, repurchase=5), (1, 1, 1, 1, 1, 1)),
        (row(delivered=3, intent=1, deal=4), (1, 1, 1, 1, 1, 0)),
    ],
)
def test_counts_what_was_reached_after_delivery(reached: FunnelRow, steps: tuple[int]) -> None:
    assert funnel([reached]).steps() == steps


def test_rates_are_shares_of_the_step_before() -> None:
    rates = FunnelCounts(200, 100, 50, 20, 5, 0).rates()
    assert rates == {
        "delivered": 0.5,
        "interacted": 0.5,
        "intent": 0.4,
        "deal": 0.25,
        "repurchase": 0.0,
    }
    assert FunnelCounts().rates()["deal"] is None


def test_groups_by_label_with_the_largest_group_first() -> None:
    rows = [
        row(labels={"channel": "b"}, delivered=1),
        row(labels={"channel": "a"}),
        row(labels={"channel": "b"}),
        row(),
    ]
    groups = funnel_by(rows, by_label("channel"))
    assert list(groups) == ["b", "", "a"]
    assert groups["b"] == FunnelCounts(2, 1)


@pytest.mark.parametrize(
    ("group", "name"),
    [(by_day(), "2026-03-03"), (by_week(), "2026-W10"), (by_month(), "2026-03")],
)
def test_groups_by_days_weeks_and_months_of_the_business_zone(group: Any, name: str) -> None:
    late = NOW.replace(hour=16, minute=30)  # half past midnight in Shanghai
    assert list(funnel_by([row(listed=late)], group)) == [name]


moments = st.none() | st.integers(0, 9).map(lambda n: NOW + HOUR * n)
rows_strategy = st.lists(
    st.builds(
        lambda found, label: FunnelRow(NOW, *found, labels={"rep": label}),
        st.tuples(moments, moments, moments, moments, moments),
        st.sampled_from("abc"),
    )
)


@given(rows_strategy)
def test_no_step_counts_more_than_the_one_before_and_groups_add_up(rows: list[FunnelRow]) -> None:
    total = funnel(rows)
    assert all(before >= after for before, after in pairwise(total.steps()))
    assert total.listed == len(rows)
    groups = funnel_by(rows, by_label("rep"))
    assert sum(groups.values(), FunnelCounts()) == total
