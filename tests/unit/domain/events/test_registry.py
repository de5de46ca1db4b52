import pytest

from domain.errors import RuleError
from domain.events.event import PropertyValue
from domain.events.registry import (
    EventKind,
    EventRegistry,
    EventSource,
    PropertySpec,
    PropertyType,
    Strength,
)
from domain.values import Refusal


def kind(
    name: str = "pay_order",
    label: str = "支付订单",
    *,
    is_interaction: bool = True,
    specs: tuple[PropertySpec, ...] = (),
) -> EventKind:
    return EventKind(
        name,
        label,
        Strength.STRONG,
        EventSource.PRODUCT,
        is_interaction,
        {spec.name: spec for spec in specs},
    )


AMOUNT = PropertySpec("amount", "金额", PropertyType.NUMBER, is_required=True)
PRODUCT = PropertySpec("product", "商品", PropertyType.TEXT)
GIFT = PropertySpec("is_gift", "赠品", PropertyType.FLAG)
PAY = kind(specs=(AMOUNT, PRODUCT, GIFT))


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"amount": 100.0}, None),
        ({"amount": 100, "product": "数学", "is_gift": False}, None),
        ({"amount": 100, "colour": "red"}, None),
        ({}, Refusal("missing_event_property", "pay_order.amount")),
        ({"amount": "100"}, Refusal("wrong_event_property", "pay_order.amount")),
        ({"amount": True}, Refusal("wrong_event_property", "pay_order.amount")),
        ({"amount": 1, "product": 7}, Refusal("wrong_event_property", "pay_order.product")),
        ({"amount": 1, "is_gift": 1}, Refusal("wrong_event_property", "pay_order.is_gift")),
    ],
)
def test_checks_declared_properties_and_tolerates_others(
    properties: dict[str, PropertyValue], expected: Refusal | None
) -> None:
    assert PAY.check(properties) == expected


def test_returns_the_kind_of_a_well_formed_event() -> None:
    registry = EventRegistry.of([PAY])
    assert registry.check("pay_order", {"amount": 3}) is PAY


def test_puts_an_unknown_kind_into_quarantine() -> None:
    registry = EventRegistry.of([PAY])
    assert registry.check("Teleported", {}) == Refusal("unknown_event_kind", "Teleported")


@pytest.mark.parametrize("word", ["pay_order", "支付订单"])
def test_finds_a_kind_by_name_and_by_label(word: str) -> None:
    assert EventRegistry.of([PAY]).named(word) is PAY


def test_labels_an_unknown_kind_with_its_own_name() -> None:
    registry = EventRegistry.of([PAY])
    assert registry.label("pay_order") == "支付订单"
    assert registry.label("other") == "other"
    assert registry.named("other") is None


def test_lists_the_kinds_that_count_as_interaction() -> None:
    registry = EventRegistry.of([PAY, kind("assigned", "已分配", is_interaction=False)])
    assert registry.interactions() == {"pay_order"}


@pytest.mark.parametrize("twin", [kind(), kind("other", "支付订单")])
def test_refuses_two_kinds_with_one_name_or_label(twin: EventKind) -> None:
    with pytest.raises(RuleError):
        EventRegistry.of([PAY, twin])


@pytest.mark.parametrize(
    ("kind", "value", "is_good"),
    [
        (PropertyType.MOMENT, "2026-03-01", True),
        (PropertyType.MOMENT, "2026-03-01T08:00:00+08:00", True),
        (PropertyType.MOMENT, "2026-03-01 08:00", True),
        (PropertyType.MOMENT, "soon", False),
        (PropertyType.MOMENT, 1772323200.0, False),
        (PropertyType.LIST, "数学、英语", True),
        (PropertyType.LIST, "", True),
        (PropertyType.LIST, True, False),
    ],
)
def test_moments_and_lists_are_kept_as_texts(
    kind: PropertyType, value: str | float | bool, is_good: bool
) -> None:
    assert kind.accepts(value) is is_good
    assert kind.stored is PropertyType.TEXT
