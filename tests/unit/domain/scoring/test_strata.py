"""Channel quality learned from conversion: drawn together when little is known, ranked, split."""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.channels.channel import Channel, ChannelTree
from domain.scoring.beta import share_at, share_below
from domain.scoring.strata import (
    NO_DEALS,
    Count,
    Evidence,
    Learning,
    learn_points,
    prior_of,
)
from domain.values import Refusal

TREE = ChannelTree.of(
    [
        Channel("paid", "付费", 5),
        Channel("sem", "搜索", 5, parent="paid"),
        Channel("feed", "信息流", 5, parent="paid"),
        Channel("own", "自有", 5),
        Channel("group", "社群", 5, parent="own"),
        Channel("live", "直播", 5, parent="own"),
    ]
)
COUNTS = {
    "sem": Count(1000, 50),
    "feed": Count(2000, 20),
    "group": Count(500, 60),
    "live": Count(8, 3),
}


def learned(**changes: int) -> dict[str, Evidence]:
    found = learn_points(TREE, COUNTS, Learning(**{"least": 100, "strata": 5, **changes}))
    assert not isinstance(found, Refusal)
    return {one.code: one for one in found}


def test_better_channels_get_more_points() -> None:
    found = learned()
    assert found["group"].points > found["sem"].points > found["feed"].points
    assert {one.points for one in found.values()} <= {2, 4, 6, 8, 10}
    assert found["group"].own == Count(500, 60)


def test_a_channel_with_few_leads_stands_with_its_parent() -> None:
    live = learned()["live"]
    assert (live.basis, live.own) == ("own", Count(8, 3))
    assert live.points == learned()["own"].points
    assert learned(least=5)["live"].basis == "live"
    assert learned(least=1_000_000)["live"].basis == ""


def test_the_evidence_is_a_smoothed_rate_with_its_interval() -> None:
    found = learned()
    for one in found.values():
        assert one.low < one.rate < one.high
    group = found["group"]
    assert 0.05 < group.rate < 60 / 500, "drawn towards all channels"
    assert group.high - group.low < 0.06


def test_the_prior_is_as_strong_as_channels_are_alike() -> None:
    alike, apart = (prior_of([Count(1000, 50), Count(1000, deals)]) for deals in (50, 300))
    assert alike.alpha + alike.beta == 1000
    assert apart.alpha + apart.beta < 20
    assert alike.alpha / (alike.alpha + alike.beta) == pytest.approx(0.05)


@pytest.mark.parametrize("counts", [{}, {"sem": Count(100, 0)}, {"sem": Count(5, 5)}])
def test_without_deals_nothing_is_learned(counts: dict[str, Count]) -> None:
    assert learn_points(TREE, counts, Learning()) == Refusal(NO_DEALS)


@given(
    st.dictionaries(
        st.sampled_from(list(TREE.channels)),
        st.tuples(st.integers(0, 500), st.integers(0, 500)).map(
            lambda pair: Count(sum(pair), pair[0])
        ),
    ),
    st.integers(1, 300),
)
@settings(max_examples=60, deadline=None)
def test_a_higher_rate_never_gets_fewer_points(counts: dict[str, Count], least: int) -> None:
    found = learn_points(TREE, counts, Learning(least, 5))
    if isinstance(found, Refusal):
        return
    assert {one.code for one in found} == set(TREE.channels)
    by_rate = sorted(found, key=lambda one: one.rate)
    assert [one.points for one in by_rate] == sorted(one.points for one in by_rate)
    assert all(0 < one.points <= 10 for one in found)


@pytest.mark.parametrize(("a", "b"), [(1, 1), (2, 5), (30, 3), (7, 40)])
@pytest.mark.parametrize("x", [0.01, 0.2, 0.5, 0.9, 0.999])
def test_the_incomplete_beta_is_the_binomial_tail(a: int, b: int, x: float) -> None:
    n = a + b - 1
    tail = sum(comb(n, k) * x**k * (1 - x) ** (n - k) for k in range(a, n + 1))
    assert share_below(x, a, b) == pytest.approx(tail, abs=1e-10)
    assert share_below(share_at(tail, a, b), a, b) == pytest.approx(tail, abs=1e-6)


def test_beyond_its_ends_a_share_cannot_be() -> None:
    assert (share_below(0.0, 2, 3), share_below(1.0, 2, 3)) == (0.0, 1.0)
