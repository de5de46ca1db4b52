"""How records of a profile change what is known of a person.

Setting is a register: the later event wins, in whatever order they come. Setting
once, appending and counting up take effect in the order in which they come, each
record once, as the tracker's own server does it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from domain.events.event import PropertyValue
from domain.identity.facts import with_facts
from domain.person import Attribute, Person, Source
from domain.tracking.record import Act

#: Whose statements a tracker may change: nobody's who is believed more.
_OWN = frozenset({Source.TRACKER, Source.TEXT})
_JOINT = "、"
_MOST_TEXT = 512

Words = Callable[[PropertyValue], str]


def changed(
    person: Person, act: Act, told: Mapping[str, PropertyValue], at: datetime, words: Words
) -> Person:
    """Return the person as a record of the profile leaves them; ``words`` writes a value."""
    if act is Act.SET:
        return with_facts(person, {n: _fact(words(v), at) for n, v in told.items()})
    known = person.attributes
    if act is Act.DELETE:
        names = [n for n, a in known.items() if a.source is Source.TRACKER and a.set_at <= at]
        return _with(person, {name: _fact("", at) for name in names})
    fresh = {}
    for name, value in told.items():
        before = known.get(name)
        if before is not None and before.source not in _OWN:
            continue
        found = _next(act, before.value if before else "", value, words)
        if found is not None:
            fresh[name] = _fact(found, max(at, before.set_at) if before else at)
    return _with(person, fresh)


def _next(act: Act, before: str, value: PropertyValue, words: Words) -> str | None:
    """Return the new text of an attribute, or None when it stays."""
    match act:
        case Act.SET_ONCE:
            return None if before else words(value)
        case Act.APPEND:
            parts = [*filter(None, before.split(_JOINT)), *words(value).split(_JOINT)]
            return _JOINT.join(dict.fromkeys(parts))[:_MOST_TEXT]
        case Act.INCREMENT:
            step, base = _number(value), _number(before or 0.0)
            return None if step is None or base is None else f"{base + step:.15g}"
        case Act.UNSET:
            return ""
        case _:
            return None


def _number(value: PropertyValue) -> float | None:
    try:
        return None if isinstance(value, bool) else float(value)
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
