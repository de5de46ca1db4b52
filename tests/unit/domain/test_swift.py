from __future__ import annotations

import pickle
from dataclasses import dataclass, field, fields, replace

import pytest

from domain.swift import swift


@swift
@dataclass(frozen=True, slots=True, order=True)
class Point:
    x: int
    y: int = 2
    names: list[str] = field(default_factory=list, compare=False)

    def __post_init__(self) -> None:
        if self.x < 0:
            raise ValueError(self.x)


def test_a_swift_value_is_made_compared_and_copied_like_any_dataclass() -> None:
    one = Point(1, names=["a"])
    assert (one.x, one.y, one.names) == (1, 2, ["a"])
    assert one == Point(1)
    assert hash(one) == hash(Point(1, 2))
    assert one < Point(2)
    assert repr(one) == "Point(x=1, y=2, names=['a'])"
    assert replace(one, y=5) == Point(1, 5)
    assert [f.name for f in fields(one)] == ["x", "y", "names"]
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301 - our own


def test_each_value_gets_defaults_of_its_own() -> None:
    assert Point(1).names is not Point(1).names


def test_what_a_value_checks_when_it_is_made_is_checked() -> None:
    with pytest.raises(ValueError, match="-1"):
        Point(-1)


@pytest.mark.parametrize("arguments", [(), (1, 2, [], 4)])
def test_wrong_arguments_are_refused(arguments: tuple[object, ...]) -> None:
    with pytest.raises(TypeError):
        Point(*arguments)  # type: ignore[arg-type]


def test_fields_that_are_no_plain_arguments_are_refused() -> None:
    with pytest.raises(TypeError, match="set otherwise: found"):

        @swift
        @dataclass(frozen=True, slots=True)
        class Odd:
            found: int = field(init=False, default=1)
