"""The examples of ``docs/reference/behaviour.md`` are run, and leave no operator out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import get_args

import pytest

from config.load import load_catalog
from config.texts import load_texts
from domain.behaviour import syntax
from domain.behaviour.checking.check import understood
from domain.behaviour.kernel import evaluate
from domain.behaviour.mentions import walk
from domain.behaviour.reading.parse import parse
from domain.behaviour.syntax import Attribute, Comparison, Expression, Literal, Property, Tag
from domain.behaviour.vocabulary import Term, ValueType
from domain.columns.days import Moments
from domain.columns.persons import Behaviour, columns_of
from domain.columns.values import Item
from domain.events.event import Event
from domain.events.registry import (
    EventKind,
    EventSource,
    PropertySpec,
    PropertyType,
    Strength,
)
from domain.values import BUSINESS_ZONE
from tests.factories import NOW, event
from tests.shared import ROOT
from tests.unit.domain.behaviour.oracle import Oracle

PAGE = ROOT / "docs" / "reference" / "behaviour.md"
BLOCK = re.compile(r"^```behaviour\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TAGS = (
    Term("value", "高价值"),
    Term("asleep", "沉睡"),
    Term("active_days", "活跃天数", ValueType.NUMBER),
)
BOOKED = EventKind(
    "trial_booked_for",
    "预约试听",
    Strength.STRONG,
    EventSource.PRODUCT,
    is_interaction=True,
    properties={
        "booked_for": PropertySpec("booked_for", "预约时间", PropertyType.MOMENT),
        "subjects": PropertySpec("subjects", "科目", PropertyType.LIST),
    },
)
SHIPPED = load_catalog(load_texts()).vocabulary.with_tags(TAGS)
VOCABULARY = SHIPPED.with_events(SHIPPED.events.with_kinds([BOOKED]))
INTERACTIONS = VOCABULARY.events.interactions()


@dataclass
class Example:
    """One block of the page."""

    now: datetime = NOW
    facts: dict[str, Item] = field(default_factory=dict)
    tags: dict[str, Item] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    lines: list[tuple[str, str]] = field(default_factory=list)

    @property
    def person(self) -> Behaviour:
        return Behaviour(self.events, self.facts, self.tags)


def moment(day: str, time: str) -> datetime:
    return datetime.fromisoformat(f"{day} {time}").replace(tzinfo=BUSINESS_ZONE)


def settings_of(text: str, kind: str = "") -> Iterator[tuple[Expression, Item]]:
    """Yield ``a = 1, b = 'x'`` as nodes and values, read by the language itself."""
    inner = f"做过({kind}[{text}])" if kind else text.replace(", ", " 且 ")
    tree = parse(inner, VOCABULARY)
    if isinstance(tree, syntax.Done):
        assert tree.events.where is not None
        tree = tree.events.where
    for node in tree.operands if isinstance(tree, syntax.And) else (tree,):
        assert isinstance(node, Comparison)
        assert isinstance(node.right, Literal)
        left = node.left.value if isinstance(node.left, syntax.Cast) else node.left
        yield left, node.right.value


def example(block: str) -> Example:
    found = Example()
    for line in block.strip().splitlines():
        first, _, rest = line.partition(" ")
        if first == "now":
            found.now = moment(*rest.split())
        elif first == "person":
            for node, value in settings_of(rest):
                assert isinstance(node, Attribute | Tag)
                (found.facts if isinstance(node, Attribute) else found.tags)[node.name] = value
        elif first == "event":
            found.events.append(one_event(rest, len(found.events)))
        else:
            text, arrow, value = line.rpartition(" ⇒ ")
            assert arrow, line
            found.lines.append((text, value))
    return found


def one_event(text: str, place: int) -> Event:
    day, time, kind, *rest = text.split(" ", 3)
    found = VOCABULARY.kind(kind)
    assert found is not None, kind
    properties = {}
    for node, value in settings_of(rest[0], kind) if rest else ():
        assert isinstance(node, Property)
        properties[node.name] = value
    return event(
        found.name, event_at=moment(day, time), dedupe_key=f"{place:03}", properties=properties
    )


def value_of(text: str) -> Item:
    if text == "∅":
        return None
    if text.startswith("["):
        return tuple(re.findall(r"'([^']*)'", text))
    tree = parse(text, VOCABULARY)
    assert isinstance(tree, Literal)
    return tree.value


EXAMPLES = [example(block) for block in BLOCK.findall(PAGE.read_text(encoding="utf-8"))]
LINES = [(place, text, value) for place, e in enumerate(EXAMPLES) for text, value in e.lines]


@pytest.mark.parametrize(("place", "text", "value"), LINES)
def test_an_example_has_the_value_that_the_page_says(place: int, text: str, value: str) -> None:
    known = EXAMPLES[place]
    is_condition = value in ("是", "否")
    tree = understood(text, VOCABULARY, ValueType.FLAG if is_condition else None).expression
    columns = columns_of([known.person], INTERACTIONS)
    (found,) = evaluate([tree], columns, Moments.of([known.now], BUSINESS_ZONE))
    expected = value_of(value)
    assert (type(found.item(0)), found.item(0)) == (type(expected), expected)
    assert Oracle(known.person, known.now, INTERACTIONS).value(tree) == expected


def test_no_operator_goes_without_example() -> None:
    trees = [
        understood(text, VOCABULARY, ValueType.FLAG if value in ("是", "否") else None).expression
        for _, text, value in LINES
    ]
    nodes = [node for tree in trees for node in walk(tree)]
    shown = {type(node) for node in nodes}
    wanted = {*get_args(syntax.Expression), *get_args(syntax.Window)}
    assert {one.__name__ for one in wanted - shown} == set()
    used = {
        value
        for node in nodes
        for name in ("function", "end", "operator", "relation", "unit")
        if (value := getattr(node, name, None)) is not None
    }
    for enum in (
        syntax.Function,
        syntax.End,
        syntax.Operator,
        syntax.Relation,
        syntax.Unit,
    ):
        assert set(enum) - used == set()
