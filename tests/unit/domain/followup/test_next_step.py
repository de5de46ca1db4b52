from datetime import timedelta

import pytest

from domain.condition import Comparison, Condition, Fact
from domain.errors import RuleError
from domain.followup.next_step import Sop, Step

HOUR = timedelta(hours=1)
PHONE = Step("call", (Condition("has_phone", Comparison.EQUAL, (True,)),), HOUR)
PRICE = Step(
    "quote",
    (
        Condition("status", Comparison.IN, ("contacting", "clear")),
        Condition("intent", Comparison.EQUAL, ("price",)),
    ),
    HOUR,
)
CARE = Step("care", (), HOUR)
SOP = Sop((PRICE, PHONE, CARE))


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"status": "clear", "intent": "price", "has_phone": True}, "quote"),
        ({"status": "to_follow", "intent": "price", "has_phone": True}, "call"),
        ({"has_phone": False}, "care"),
    ],
)
def test_the_first_step_that_fits_is_next(facts: dict[str, Fact], code: str) -> None:
    assert SOP.next_for(facts).code == code


@pytest.mark.parametrize("steps", [(), (PHONE,), (CARE, PHONE), (CARE, CARE)])
def test_refuses_a_table_that_leaves_a_lead_without_advice(steps: tuple[Step, ...]) -> None:
    with pytest.raises(RuleError):
        Sop(steps)
