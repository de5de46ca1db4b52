"""What channels bring: every lead once in each line from the root."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.channels.channel import Channel, ChannelTree
from domain.reports.channels import ChannelCounts, channel_figures

TREE = ChannelTree.of(
    [
        Channel("paid", "付费", 5, is_paid=True),
        Channel("feed", "信息流", 5, parent="paid", cost=80),
        Channel("douyin", "抖音", 5, parent="feed", cost=75),
        Channel("own", "自有", 5),
    ]
)


def test_a_parent_counts_what_lies_below_it_and_stands_before_it() -> None:
    counts = {
        "douyin": ChannelCounts(first=4, last=2, won=1),
        "feed": ChannelCounts(first=1),
        "own": ChannelCounts(last=3),
    }
    shown = [(f.code, f.depth, f.counts.first, f.cost) for f in channel_figures(counts, TREE)]
    assert shown == [
        ("paid", 0, 5, 380.0),
        ("feed", 1, 5, 380.0),
        ("douyin", 2, 4, 300.0),
        ("own", 0, 0, 0.0),
    ]


def test_a_deal_costs_what_all_leads_of_the_channel_cost() -> None:
    counts = {"douyin": ChannelCounts(first=4, won=2), "own": ChannelCounts(first=1)}
    by_code = {figures.code: figures for figures in channel_figures(counts, TREE)}
    assert by_code["douyin"].cost_of_deal == 150.0
    assert by_code["own"].cost_of_deal is None


def test_one_branch_can_be_looked_at_alone() -> None:
    counts = {"douyin": ChannelCounts(first=1), "own": ChannelCounts(first=1)}
    assert [f.code for f in channel_figures(counts, TREE, "feed")] == ["feed", "douyin"]


def test_a_code_that_is_no_longer_in_the_table_stands_by_itself() -> None:
    [figures] = channel_figures({"gone": ChannelCounts(first=2)}, TREE)
    assert (figures.code, figures.name, figures.depth, figures.cost) == ("gone", "gone", 0, 0.0)


NUMBERS = st.integers(0, 9)
COUNTS = st.builds(ChannelCounts, NUMBERS, NUMBERS, NUMBERS)


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(["paid", "feed", "douyin", "own"]), COUNTS))
def test_the_roots_together_hold_every_lead_once(counts: dict[str, ChannelCounts]) -> None:
    roots = [f.counts for f in channel_figures(counts, TREE) if f.depth == 0]
    assert sum(one.first for one in roots) == sum(one.first for one in counts.values())
    assert sum(one.won for one in roots) == sum(one.won for one in counts.values())
