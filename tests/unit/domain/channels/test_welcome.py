import pytest

from domain.channels.channel import Channel, ChannelTree
from domain.channels.welcome import Welcomes, WelcomeText
from domain.errors import RuleError

TREE = ChannelTree.of(
    [
        Channel("paid", "付费", 5),
        Channel("feed", "信息流", 5, parent="paid"),
        Channel("own", "自有", 5),
    ]
)
PAID, REST = WelcomeText("欢迎"), WelcomeText("您好")
TABLE = Welcomes.of([("paid", PAID), ("", REST)])


@pytest.mark.parametrize(
    ("code", "welcome"), [("paid", PAID), ("feed", PAID), ("own", REST), ("gone", REST), ("", REST)]
)
def test_the_nearest_channel_with_a_welcome_speaks(code: str, welcome: WelcomeText) -> None:
    assert TABLE.for_channel(code, TREE) is welcome


@pytest.mark.parametrize("pairs", [[("paid", PAID)], [("", REST), ("", PAID)]])
def test_refuses_silence_and_two_voices(pairs: list[tuple[str, WelcomeText]]) -> None:
    with pytest.raises(RuleError):
        Welcomes.of(pairs)
