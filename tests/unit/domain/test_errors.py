import copy
import pickle

import pytest

from domain.behaviour.mistakes import LanguageError, Mistake
from domain.errors import ClewError, RuleError, TextError
from domain.segments.segment import SegmentError

LANGUAGE = LanguageError([Mistake("unknown_word", 1, 2, "城")])


def test_an_error_tells_what_failed_why_and_what_to_do() -> None:
    error = ClewError("inbox", reason="disk is full", advice="free some space")
    assert str(error) == "Clew cannot go on with this: inbox: disk is full (free some space)"
    assert (error.subject, error.reason, error.advice) == (
        "inbox",
        "disk is full",
        "free some space",
    )


def test_a_rule_error_has_a_code_that_can_be_put_into_words() -> None:
    error = RuleError("visit", code="unknown_group", detail="web")
    assert (error.subject, error.code, error.detail) == ("visit", "unknown_group", "web")
    assert str(error).endswith("visit: unknown group: web")
    assert str(RuleError("visit", code="defined_twice")).endswith("visit: defined twice")


def test_the_docstring_is_the_default_message() -> None:
    assert str(ClewError()) == "Clew cannot go on with this"


@pytest.mark.parametrize(
    "error",
    [
        ClewError("inbox", reason="disk is full", advice="free some space"),
        RuleError("visit", code="unknown_group", detail="web"),
        TextError("a.b"),
        LANGUAGE,
        SegmentError("老客户", LANGUAGE),
    ],
)
def test_an_error_of_another_process_is_the_same_error(error: Exception) -> None:
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):  # noqa: S301 - our own
        assert type(again) is type(error)
        assert (str(again), repr(again)) == (str(error), repr(error))
        assert again.__dict__.keys() == error.__dict__.keys()
