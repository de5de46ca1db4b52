from datetime import timedelta

from domain.scoring.explain import Reason, reasons
from domain.scoring.score import Contribution, Part
from tests.factories import NOW


def test_sums_up_by_rule_with_the_weightiest_first() -> None:
    earlier = NOW - timedelta(days=2)
    found = reasons(
        [
            Contribution(Part.CHANNEL, "channel", "", 30, at=NOW, detail="private"),
            Contribution(Part.EVENT, "view", "浏览", 4, "view_page", NOW),
            Contribution(Part.EVENT, "refuse", "拒绝", -40, "intent_refuse", earlier),
            Contribution(Part.EVENT, "view", "浏览", 3.5, "view_page", earlier),
            Contribution(Part.ABSENCE, "silent", "沉默", -7.5),
        ]
    )
    assert found == (
        Reason(Part.EVENT, "refuse", "拒绝", -40, 1, "intent_refuse", last_at=earlier),
        Reason(Part.CHANNEL, "channel", "", 30, 1, detail="private", last_at=NOW),
        Reason(Part.ABSENCE, "silent", "沉默", -7.5, 1),
        Reason(Part.EVENT, "view", "浏览", 7.5, 2, "view_page", last_at=NOW),
    )


def test_nothing_needs_no_reason() -> None:
    assert reasons([]) == ()
