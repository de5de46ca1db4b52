from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.behaviour.vectors.selection import Scene
from domain.columns.days import Moments, days_of, microseconds
from domain.columns.persons import columns_in_order
from domain.events.event import in_order
from domain.scoring.bulk import clipped_all, raw_scores, rounded_all
from domain.scoring.grade import rounded
from domain.scoring.history import Subject
from domain.scoring.initial import ChannelStart
from domain.scoring.score import rate
from domain.scoring.scorecard import InitialRule, Scorecard
from tests.factories import NOW, event
from tests.unit.domain.scoring import cards
from tests.unit.domain.scoring.cards import card

CARD = card(absence=(cards.SILENT,), initial=InitialRule(default_points=4, decay=cards.HALF_LIFE))
histories = st.lists(
    st.builds(
        lambda kind, seconds, amount: event(
            kind, event_at=NOW - timedelta(seconds=seconds), properties={"amount": amount}
        ),
        st.sampled_from([rule.kind for rule in cards.EVENT_RULES]),
        st.integers(-1000, 5_000_000),
        st.floats(0, 300),
    ),
    max_size=25,
)


def in_bulk(subjects: list[Subject], now: datetime, rules: Scorecard = CARD) -> np.ndarray:
    columns = columns_in_order([in_order(one.events) for one in subjects], CARD.zone)
    starts = [one.start or ChannelStart("", 4, one.since) for one in subjects]
    since = np.array([microseconds(one.since) for one in subjects], dtype=np.int64)
    return raw_scores(
        Scene(columns, Moments.at(now, CARD.zone)),
        rules,
        np.array([start.points for start in starts], dtype=np.float64),
        np.array([microseconds(start.at) for start in starts], dtype=np.int64),
        days_of(since, CARD.zone),
    )


@settings(max_examples=120, deadline=None)
@given(
    st.lists(histories, min_size=1, max_size=5), st.integers(0, 400), st.sampled_from([None, 25.0])
)
def test_everybody_at_once_equals_each_alone_to_the_last_bit(
    several: list[list[object]], hours: int, per_day: float | None
) -> None:
    rules = replace(CARD, most_gained_per_day=per_day)
    now = NOW + timedelta(hours=hours)
    subjects = [
        Subject({}, events, NOW - timedelta(days=row), ChannelStart("x", row, NOW) if row else None)
        for row, events in enumerate(several)
    ]
    raw = in_bulk(subjects, now, rules)
    alone = [rate(one, rules, now) for one in subjects]
    assert raw.tolist() == [rated.share.raw for rated in alone]
    assert clipped_all(raw).tolist() == [rated.state.dynamic for rated in alone]


@settings(max_examples=300)
@given(
    st.one_of(
        st.floats(-1000, 1000),
        st.integers(-(10**9), 10**9).map(lambda n: (n + 0.5) / 1e6),
        st.integers(-(10**9), 10**9).map(lambda n: n / 1e7),
    )
)
def test_many_numbers_are_rounded_as_each_alone(number: float) -> None:
    found = rounded_all(np.array([number]))
    assert str(float(found[0])) == str(rounded(number))
