from datetime import UTC, datetime, timedelta
from functools import reduce
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.channels.attribution import (
    Attribution,
    AttributionRule,
    Match,
    Origin,
    first_of,
    last_of,
)
from domain.lead import Touch

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
RULES = Attribution(
    rules=(
        AttributionRule(Origin.WECOM_STATE, Match.EXACT, "vip", "Expo_VIP"),
        AttributionRule(Origin.WECOM_STATE, Match.PREFIX, "expo", "expo"),
        AttributionRule(Origin.WECOM_STATE, Match.ANY, "wecom"),
        AttributionRule(Origin.KF_SCENE, Match.PREFIX, "kf_web", "web"),
    ),
    fallback="unknown",
)


@pytest.mark.parametrize(
    ("origin", "raw", "channel"),
    [
        (Origin.WECOM_STATE, "expo_vip", "vip"),
        (Origin.WECOM_STATE, " expo2024_b7 ", "expo"),
        (Origin.WECOM_STATE, "poster", "wecom"),
        (Origin.WECOM_STATE, "", "wecom"),
        (Origin.KF_SCENE, "web:footer", "kf_web"),
        (Origin.KF_SCENE, "shop", "unknown"),
        (Origin.IMPORT, "expo", "unknown"),
    ],
)
def test_the_first_rule_of_the_origin_decides(origin: Origin, raw: str, channel: str) -> None:
    assert RULES.channel_of(origin, raw) == channel


def test_a_touch_keeps_the_raw_word() -> None:
    assert RULES.touch(Origin.WECOM_STATE, "expo2024_b7 ", NOW) == Touch("expo", "expo2024_b7", NOW)


touches = st.builds(
    Touch,
    channel=st.sampled_from(["a", "b"]),
    state=st.sampled_from(["x", "y"]),
    at=st.integers(0, 3).map(lambda hours: NOW + timedelta(hours=hours)),
)


@given(st.lists(touches, min_size=1), st.randoms())
def test_first_and_last_touch_do_not_depend_on_the_order_of_arrival(
    found: list[Touch], rng: Random
) -> None:
    shuffled = list(found)
    rng.shuffle(shuffled)
    for merge in (first_of, last_of):
        assert reduce(merge, found, None) == reduce(merge, [*shuffled, *found], None)
    assert reduce(first_of, found, None).at == min(touch.at for touch in found)
    assert reduce(last_of, found, None).at == max(touch.at for touch in found)


def test_no_touch_at_all_stays_none() -> None:
    assert first_of(None, None) is None
    assert last_of(None, None) is None
