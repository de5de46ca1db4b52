from domain.condition import Comparison, Condition
from domain.scoring.rules import EventRule


def test_a_rule_wants_all_its_conditions() -> None:
    rule = EventRule(
        "often",
        "常来",
        "website_visited",
        10,
        where=(
            Condition("visits", Comparison.AT_LEAST, (3.0,)),
            Condition("seconds", Comparison.MORE, (60.0,)),
        ),
    )
    assert rule.fits({"visits": 3, "seconds": 61})
    assert not rule.fits({"visits": 3, "seconds": 60})
    assert not rule.fits({"visits": 3})
