from __future__ import annotations

import pytest

from domain.behaviour import syntax as tree
from domain.behaviour.checking.filters import understood_of_event
from domain.behaviour.mistakes import LanguageError
from domain.behaviour.vocabulary import Vocabulary
from domain.events.registry import (
    EventKind,
    EventRegistry,
    EventSource,
    PropertySpec,
    PropertyType,
    Strength,
)

PAY = EventKind(
    "pay",
    "支付",
    Strength.STRONG,
    EventSource.PRODUCT,
    is_interaction=True,
    properties={"amount": PropertySpec("amount", "金额", PropertyType.NUMBER)},
)
WORDS = Vocabulary(EventRegistry.of([PAY]))


def test_a_condition_on_an_event_needs_no_kind() -> None:
    assert understood_of_event("金额 >= 30", "pay", WORDS) == tree.Comparison(
        tree.Relation.AT_LEAST, tree.Property("amount"), tree.Literal(30.0)
    )


@pytest.mark.parametrize(
    ("text", "column"),
    [("金额 >= ", 7), ("金额 > 1 且 金而 > 2", 10), ("金额 > 1]) and done(pay[金额 > 2", 1)],
)
def test_mistakes_stand_where_they_were_written(text: str, column: int) -> None:
    with pytest.raises(LanguageError) as caught:
        understood_of_event(text, "pay", WORDS)
    (mistake,) = caught.value.mistakes
    assert (mistake.line, mistake.column) == (1, column), mistake
