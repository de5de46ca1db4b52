from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wecom.client.answers import (
    number_of,
    object_of,
    objects_of,
    required_text,
    strings_of,
    text_of,
)
from bot.wecom.errors import OutcomeUnknownError

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(json_values)
def test_reading_never_fails_whatever_comes(value: object) -> None:
    answer = {"x": value}
    assert isinstance(text_of(answer, "x"), str)
    assert isinstance(number_of(answer, "x"), int)
    assert isinstance(object_of(answer, "x"), dict)
    assert all(isinstance(item, dict) for item in objects_of(answer, "x"))
    assert all(isinstance(item, str) for item in strings_of(answer, "x"))


@pytest.mark.parametrize(
    ("value", "expected"),
    [("a|B||c", ("a", "B", "c")), ("", ()), (["a", "", 3], ("a",)), (None, ()), (7, ())],
)
def test_lists_of_ids_come_in_two_forms(value: object, expected: tuple[str, ...]) -> None:
    assert strings_of({"x": value}, "x") == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(7, 7), ("8", 8), ("7x", 0), (True, 1), (None, 0), ("", 0)]
)
def test_numbers_may_be_written_as_text(value: object, expected: int) -> None:
    assert number_of({"x": value}, "x") == expected


@pytest.mark.parametrize(("value", "expected"), [(12, "12"), ("a", "a"), (True, ""), ([], "")])
def test_numbers_are_written_out_where_text_is_wanted(value: object, expected: str) -> None:
    assert text_of({"x": value}, "x") == expected


def test_what_the_call_was_made_for_must_be_there() -> None:
    assert required_text({"url": "u"}, "url", "/x") == "u"
    with pytest.raises(OutcomeUnknownError, match="answer_without_url"):
        required_text({}, "url", "/x")
