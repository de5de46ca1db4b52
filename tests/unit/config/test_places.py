"""Where in a text a problem is."""

from __future__ import annotations

import tomllib

import pytest

from config.places import Place, place_of, place_said
from config.rules import parsed

RULES = """\
version = 1
[grading]
pass_mark = 60

[[static]]
id = "phone"
cases = [
    { value = true, points = 30 },
]

[[event]]
id = "paid"
kind = "pay_order"

[[event]]
id = "visited"
  points = 3
[event.caps]
total = 4

[phase.nurturing]
use = ["event"]
"""
MAPS = """\
[[journey]]
code = "buying"
[[journey.stage]]
code = "aware"
when = "x"
[[journey.stage]]
code = "comparing"
when = "y"
[[journey]]
code = "learning"
[[journey.stage]]
code = "aware"
when = "z"
"""


@pytest.mark.parametrize(
    ("key", "line", "column"),
    [
        ("grading.pass_mark", 3, 1),
        ("static[0].cases[0].points", 7, 1),
        ("event[0].kind", 13, 1),
        ("event[1].points", 17, 3),
        ("event[1].caps.total", 19, 1),
        ("event[1].label", 15, 1),
        ("phase.nurturing.use", 22, 1),
        ("visited", 16, 6),
        ("version", 1, 1),
    ],
)
def test_a_key_of_rules_is_found(key: str, line: int, column: int) -> None:
    assert place_of(RULES, key) == Place(line, column)


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("buying.comparing.when", 8),
        ("learning.aware.when", 13),
        ("journey[1].stage[0].when", 13),
        ("journey[0].stage[1].code", 7),
    ],
)
def test_a_stage_of_a_map_is_found(key: str, line: int) -> None:
    place = place_of(MAPS, key)
    assert place is not None
    assert place.line == line


def test_what_stands_nowhere_has_no_place() -> None:
    assert place_of(RULES, "gaiting") is None
    assert place_of("", "x") is None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a = 1\nb = = 2\n", Place(2, 5)),
        ("a = 1\n[[event\n", Place(2, 8)),
        ('{"a": 1,\n x}', Place(2, 2)),
    ],
)
def test_the_place_of_a_wrong_text_is_that_of_its_parser(text: str, place: Place) -> None:
    with pytest.raises(ValueError, match=r"line \d") as error:
        parsed(text)
    assert place_said(str(error.value), text) == place


def test_a_text_that_ends_too_early_is_wrong_at_its_end() -> None:
    text = "a = 1\nb ="
    with pytest.raises(tomllib.TOMLDecodeError) as error:
        parsed(text)
    found = place_said(str(error.value), text)
    assert found is not None
    assert found.line <= 2
