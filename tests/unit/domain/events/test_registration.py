"""What may be registered while the service runs."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest

from domain.events.registration import joined, refusal_to_register, shape_of
from domain.events.registry import (
    EventKind,
    EventRegistry,
    EventSource,
    PropertySpec,
    PropertyType,
    Strength,
)

NUMBER, TEXT, FLAG = PropertyType.NUMBER, PropertyType.TEXT, PropertyType.FLAG


def kind(name: str = "visit", label: str = "上门拜访", *specs: PropertySpec) -> EventKind:
    properties = MappingProxyType({spec.name: spec for spec in specs})
    return EventKind(name, label, Strength.WEAK, EventSource.PRODUCT, True, properties)  # noqa: FBT003 - a field of the kind


KNOWN = EventRegistry.of(
    [kind("pay", "支付", PropertySpec("amount", "金额", NUMBER)), kind("view", "浏览")]
)


@pytest.mark.parametrize(
    "name", ["visit", "ViewPricePage", "$AppStart", "上门拜访", "page.view", "a b", "x" * 64]
)
def test_a_kind_may_have_the_name_that_its_events_carry(name: str) -> None:
    assert refusal_to_register(kind(name, "新的一种"), KNOWN) is None


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (kind(""), "kind_name_wrong"),
        (kind(" visit"), "kind_name_wrong"),
        (kind("visit\n"), "kind_name_wrong"),
        (kind("a`b"), "kind_name_wrong"),
        (kind("x" * 65), "kind_name_wrong"),
        (kind("visit", " "), "kind_label_wrong"),
        (kind("visit", "上\n门"), "kind_label_wrong"),
        (kind("visit", "长" * 33), "kind_label_wrong"),
        (kind("visit", "支付"), "kind_label_taken"),
        (kind("visit", "pay"), "kind_label_taken"),
        (kind("visit", "拜访", PropertySpec("a`", "甲", TEXT)), "kind_name_wrong"),
        (kind("visit", "拜访", PropertySpec("a", "", TEXT)), "kind_label_wrong"),
        (
            kind("visit", "拜访", PropertySpec("a", "甲", TEXT), PropertySpec("b", "甲", TEXT)),
            "property_label_twice",
        ),
        (kind("pay", "付款", PropertySpec("amount", "金额", TEXT)), "property_type_changed"),
        (
            kind("pay", "付款", PropertySpec("amount", "金额", NUMBER, is_required=True)),
            "property_required_later",
        ),
        (
            kind("visit", "拜访", *(PropertySpec(f"p{n}", f"甲{n}", TEXT) for n in range(101))),
            "too_many_properties",
        ),
    ],
)
def test_what_would_confuse_is_refused(wanted: EventKind, code: str) -> None:
    refusal = refusal_to_register(wanted, KNOWN)
    assert refusal is not None
    assert refusal.code == code


def test_a_known_kind_may_get_another_label_and_more_properties() -> None:
    more = (PropertySpec("amount", "实付金额", NUMBER), PropertySpec("place", "门店", TEXT))
    assert refusal_to_register(kind("pay", "付款", *more), KNOWN) is None


def test_registered_kinds_stand_over_those_of_the_files() -> None:
    renamed = replace(KNOWN.kinds["pay"], label="付款")
    registry = KNOWN.with_kinds([renamed, kind()])
    assert registry.label("pay") == "付款"
    assert registry.named("上门拜访") == kind()
    assert KNOWN.with_kinds([]) is KNOWN


def test_a_shape_holds_types_and_no_values() -> None:
    shape = shape_of({"b": True, "a": "13812345678", "c": 3.5})
    assert shape == {"a": TEXT, "b": FLAG, "c": NUMBER}
    assert joined([shape, {"c": TEXT, "d": NUMBER}]) == {**shape, "c": TEXT, "d": NUMBER}
