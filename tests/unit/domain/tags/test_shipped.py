"""Tags that ship with Clew say what their notes promise."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config.load import load_catalog
from config.texts import load_texts
from domain.columns.days import Moments
from domain.columns.persons import Behaviour, columns_of
from domain.tags.evaluate import TagPlan
from domain.values import BUSINESS_ZONE
from tests.factories import NOW, event

CATALOG = load_catalog(load_texts())


def worn(name: str, *kinds: tuple[str, int]) -> object:
    """Return the tag of somebody who did these kinds of things so many days ago."""
    events = [event(k, event_at=NOW - timedelta(days=d)) for k, d in kinds]
    columns = columns_of([Behaviour(events)], CATALOG.events.interactions())
    plan = TagPlan.of(CATALOG.tags, frozenset({name}))
    return plan.run(columns, Moments.at(NOW, BUSINESS_ZONE))[0][name]


@pytest.mark.parametrize(
    ("kinds", "word"),
    [
        ((), None),
        ((("kf_message", 1), ("kf_message", 2)), "单触点"),
        ((("group_joined", 1),), "单触点"),
        ((("kf_message", 1), ("mp_message", 2)), "多触点"),
        ((("mp_message", 1), ("view_page", 2)), "多触点"),
        ((("contact_added", 3), ("group_joined", 4)), "多触点"),
        ((("group_joined", 3), ("view_page", 4)), "多触点"),
        ((("kf_message", 1), ("mp_message", 40)), "单触点"),
        ((("assigned", 1), ("kf_reply", 1)), None),
    ],
)
def test_touch_points_are_ways_that_somebody_came_by(
    kinds: tuple[tuple[str, int], ...], word: str | None
) -> None:
    assert worn("互动触点", *kinds) == word
