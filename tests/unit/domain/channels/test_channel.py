import pytest

from domain.channels.channel import Channel, ChannelTree
from domain.errors import RuleError

TREE = ChannelTree.of(
    [
        Channel("paid", "付费渠道", 5, is_paid=True, line="math"),
        Channel("feed", "信息流", 5, parent="paid", is_paid=True, line="english"),
        Channel("douyin", "抖音", 4, parent="feed", is_paid=True),
        Channel("private", "私域", 8),
    ]
)


def test_walks_from_a_channel_up_to_its_root() -> None:
    assert [channel.code for channel in TREE.ancestry("douyin")] == ["douyin", "feed", "paid"]
    assert list(TREE.ancestry("nowhere")) == []


@pytest.mark.parametrize(
    ("code", "ancestor", "expected"),
    [
        ("douyin", "paid", True),
        ("douyin", "douyin", True),
        ("paid", "douyin", False),
        ("private", "paid", False),
        ("nowhere", "paid", False),
    ],
)
def test_tells_what_lies_under_what(code: str, ancestor: str, expected: bool) -> None:
    assert TREE.is_under(code, ancestor) is expected


def test_names_roots_and_channels() -> None:
    assert TREE.root_of("douyin") == "paid"
    assert TREE.root_of("nowhere") == "nowhere"
    assert TREE.name_of("douyin") == "抖音"
    assert TREE.name_of("nowhere") == "nowhere"


@pytest.mark.parametrize(
    ("code", "line"), [("paid", "math"), ("douyin", "english"), ("private", ""), ("nowhere", "")]
)
def test_the_nearest_product_line_counts(code: str, line: str) -> None:
    assert TREE.product_line(code) == line


@pytest.mark.parametrize(
    "channels",
    [
        [Channel("a", "甲", 1), Channel("a", "乙", 1)],
        [Channel("a", "甲", 1, parent="b")],
        [Channel("a", "甲", 1, parent="a")],
        [Channel("a", "甲", 1, parent="b"), Channel("b", "乙", 1, parent="a")],
    ],
)
def test_refuses_twins_orphans_and_circles(channels: list[Channel]) -> None:
    with pytest.raises(RuleError):
        ChannelTree.of(channels)
