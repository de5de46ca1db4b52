from datetime import time
from enum import StrEnum
from typing import Annotated, Any

import msgspec
import pytest

from config.decode import decode, hint
from config.problems import Problem


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Inner(msgspec.Struct):
    size: Annotated[float, msgspec.Meta(ge=0)]


class Outer(msgspec.Struct):
    name: str
    colour: Colour = Colour.RED
    inner: list[Inner] = []
    pair: list[int] = []

    def __post_init__(self) -> None:
        if self.name == "wrong":
            code = "name_is_wrong"
            raise ValueError(code)


def problems(value: object) -> list[tuple[str, str, dict[str, str]]]:
    found = decode(value, Outer, "file")
    assert isinstance(found, list)
    assert all(problem.place == "file" for problem in found)
    return [(p.key, p.code, dict(p.values)) for p in found]


def test_returns_typed_rows() -> None:
    found = decode({"name": "a", "colour": "blue", "inner": [{"size": 1}]}, Outer, "file")
    assert found == Outer("a", Colour.BLUE, [Inner(1.0)])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([], ("", "not_a_table", {})),
        ({}, ("name", "key_missing", {})),
        ({"name": 1}, ("name", "wrong_type", {"wanted": "str", "got": "int"})),
        (
            {"name": "a", "colour": "green"},
            ("colour", "not_a_choice", {"choices": "red, blue"}),
        ),
        (
            {"name": "a", "inner": [{"size": 1}, {"size": -1}]},
            ("inner[1].size", "out_of_bounds", {"bound": ">= 0.0"}),
        ),
        ({"name": "a", "inner": [1]}, ("inner[0]", "not_a_table", {})),
        ({"name": "a", "inner": 1}, ("inner", "wrong_type", {"wanted": "array", "got": "int"})),
        ({"name": "a", "pair": ["x"]}, ("pair[0]", "wrong_type", {"wanted": "int", "got": "str"})),
        ({"name": "wrong"}, ("", "name_is_wrong", {})),
        (
            {"name": "a", "color": "red"},
            ("color", "key_misspelt", {"hint": "colour", "known": "name, colour, inner, pair"}),
        ),
        (
            {"name": "a", "zzz": 1},
            ("zzz", "key_unknown", {"hint": "", "known": "name, colour, inner, pair"}),
        ),
    ],
)
def test_names_place_and_kind_of_a_problem(value: Any, expected: tuple[Any, ...]) -> None:
    assert problems(value) == [expected]


def test_finds_every_problem_at_once() -> None:
    found = problems({"colour": "green", "inner": [{"size": "x"}, {}], "zzz": 1})
    assert [key for key, _, _ in found] == [
        "name",
        "colour",
        "inner[0].size",
        "inner[1].size",
        "zzz",
    ]


class Checked(msgspec.Struct):
    code: Annotated[str, msgspec.Meta(pattern="^x$")] = "x"
    at: time = time(9)


def test_says_which_bound_is_broken() -> None:
    found = decode({"code": "y"}, Checked, "file")
    assert found == [Problem("file", "out_of_bounds", "code", {"bound": "matching regex '^x$'"})]


def test_keeps_a_message_that_fits_no_code() -> None:
    found = decode({"at": "nine"}, Checked, "file")
    reason = {"reason": "Invalid RFC3339 encoded time"}
    assert found == [Problem("file", "not_valid", "at", reason)]


def test_suggests_the_nearest_word() -> None:
    assert hint("intent_prize", frozenset({"intent_price", "view_page"})) == "intent_price"
    assert hint("zzz", frozenset({"intent_price"})) == ""
