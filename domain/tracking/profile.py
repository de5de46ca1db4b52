"""How records of a profile change what is known of a person, in whatever order they come.

Setting is a register: the later event wins. What builds on what was there before (setting
once, appending, counting up) is kept in a log and worked out anew in the order of event
time, so that a record which comes late changes what came after it too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from domain.events.event import PropertyValue
from domain.events.spelling import JOINT
from domain.identity.facts import with_facts
from domain.person import Attribute, Person, Source
from domain.tracking.record import Act

#: Whose statements a tracker may change: nobody's who is believed more.
OWN = frozenset({Source.TRACKER, Source.TEXT})
#: Records that build on what was there before, or take it away.
LOGGED = frozenset({Act.SET_ONCE, Act.APPEND, Act.INCREMENT, Act.UNSET})
_REGISTERS = frozenset({Act.SET, Act.UNSET})
_MOST_TEXT = 512

Words = Callable[[PropertyValue], str]


@dataclass(frozen=True, slots=True)
class Change:
    """What one record says about one attribute; ``reference`` names the record."""

    act: Act
    value: str
    at: datetime
    reference: str


def joined(*logs: Iterable[Change]) -> tuple[Change, ...]:
    """Return the changes of all logs in order, each once, from the last register on.

    Whatever is older than a setting counts no more, and never will. At the same moment
    settings come first.
    """
    found = {change.reference: change for log in logs for change in log}
    ordered = sorted(found.values(), key=_order)
    last = max((n for n, c in enumerate(ordered) if c.act in _REGISTERS), default=0)
    return tuple(ordered[last:])


def _order(change: Change) -> tuple[datetime, bool, str, str]:
    """Of two settings at the same moment the larger value stands, as of all facts."""
    is_register = change.act in _REGISTERS
    return change.at, not is_register, change.value if is_register else "", change.reference


def folded(log: Iterable[Change]) -> Attribute | None:
    """Return what a log, in order, comes to; None when nothing took effect."""
    value, at = "", None
    for change in log:
        after = _next(change.act, value, change.value)
        if after is not None:
            value, at = after, change.at
    return None if at is None else _fact(value, at)


def with_log(person: Person, name: str, log: Iterable[Change]) -> Person:
    """Return the person with what the log of an attribute comes to, unless others are believed."""
    before, fact = person.attributes.get(name), folded(log)
    if fact is None or fact == before or (before is not None and before.source not in OWN):
        return person
    return _with(person, {name: fact})


def set_as_told(
    person: Person, told: Mapping[str, PropertyValue], at: datetime, words: Words
) -> Person:
    """Return the person with attributes set; the later event wins."""
    return with_facts(person, {n: _fact(words(v), at) for n, v in told.items()})


def deleted(person: Person, at: datetime, spared: Iterable[str]) -> Person:
    """Return the person without what trackers said until ``at``, but for ``spared`` names."""
    names = [
        name
        for name, fact in person.attributes.items()
        if fact.source is Source.TRACKER and fact.set_at <= at and name not in set(spared)
    ]
    return _with(person, {name: _fact("", at) for name in names})


def _next(act: Act, before: str, value: str) -> str | None:
    """Return the new text of an attribute, or None when it stays."""
    match act:
        case Act.SET:
            return value
        case Act.SET_ONCE:
            return None if before else value
        case Act.APPEND:
            parts = [*filter(None, before.split(JOINT)), *value.split(JOINT)]
            return JOINT.join(dict.fromkeys(parts))[:_MOST_TEXT]
        case Act.INCREMENT:
            step, base = _number(value), _number(before or "0")
            return None if step is None or base is None else f"{base + step:.15g}"
        case Act.UNSET:
            return ""
        case _:
            return None


def _number(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def _fact(value: str, at: datetime) -> Attribute:
    return Attribute(value[:_MOST_TEXT], Source.TRACKER, at)


def _with(person: Person, facts: Mapping[str, Attribute]) -> Person:
    if not facts:
        return person
    merged = {**person.attributes, **facts}
    name = merged.get("name")
    return replace(
        person,
        attributes=MappingProxyType(merged),
        name=name.value if name else person.name,
    )
