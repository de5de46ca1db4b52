"""Facts as expressions read them: numbers that people or files stated as text are numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from math import isfinite

from domain.behaviour.attributes import type_of_fact
from domain.behaviour.vocabulary import ValueType
from domain.columns.values import Item
from domain.condition import Fact


def typed(facts: Mapping[str, Fact], names: Collection[str] | None = None) -> dict[str, Item]:
    """Return facts by the types that the vocabulary gives them; what does not fit is missing.

    ``names`` says which; None is all of them.
    """
    wanted = facts if names is None else facts.keys() & names
    return {name: _read(name, facts[name]) for name in wanted if facts[name] != ""}


def _read(name: str, value: Fact) -> Item:
    if type_of_fact(name) is not ValueType.NUMBER or isinstance(value, bool):
        return value
    try:
        number = float(value)
    except ValueError:
        return None
    return number if isfinite(number) else None
