"""In which order things that mention each other are computed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from graphlib import CycleError, TopologicalSorter

from domain.errors import RuleError


def in_order(mentioned: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """Return the names, each one behind all that it mentions, else as they are given.

    Raises:
        RuleError: they mention each other in a circle, which the error spells out.
    """
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for name, others in mentioned.items():
        sorter.add(name, *sorted(others))
    try:
        sorter.prepare()
    except CycleError as error:
        # The circle is told against the direction of mentioning, its first name at both ends.
        circle = list(reversed(error.args[1]))
        start = circle.index(min(circle[:-1]))
        turned = circle[start:-1] + circle[:start] + [circle[start]]
        raise RuleError(turned[0], code="mentions_itself", detail=" → ".join(turned)) from None
    position = {name: number for number, name in enumerate(mentioned)}
    ordered: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=lambda name: position.get(name, -1))
        ordered += ready
        sorter.done(*ready)
    return tuple(name for name in ordered if name in mentioned)
