"""Which tags have to be computed again when something is new."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from domain.behaviour.mentions import Mentions
from domain.swift import swift


@swift
@dataclass(frozen=True, slots=True)
class Arrival:
    """What is new of a person: kinds of events, names of tags, and whether any fact is.

    ``is_turn`` tells that time alone may have moved values; ``is_whole`` that everything
    may be another: they were found to be somebody else too.
    """

    kinds: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    has_facts: bool = False
    is_turn: bool = False
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """What a live tag has to be computed for; worked out once per definition."""

    name: str
    kinds: frozenset[str]
    tags: frozenset[str]
    has_facts: bool
    has_time: bool

    @classmethod
    def of(cls, name: str, mentions: Mentions, interactions: frozenset[str]) -> Need:
        """Return what a tag has to be computed for, given what its formulas speak of."""
        return cls(
            name=name,
            kinds=mentions.kinds | interactions if mentions.any_kind else mentions.kinds,
            tags=mentions.tags,
            has_facts=bool(mentions.facts),
            has_time=mentions.is_timed,
        )

    def is_met(self, arrival: Arrival) -> bool:
        """Tell whether the value may be another one."""
        return (
            arrival.is_whole
            or (self.has_time and arrival.is_turn)
            or (self.has_facts and arrival.has_facts)
            or not self.kinds.isdisjoint(arrival.kinds)
            or not self.tags.isdisjoint(arrival.tags)
        )


def due(needs: Collection[Need], arrival: Arrival) -> frozenset[str]:
    """Return the tags to compute: whose need is met, and those that mention one of them.

    ``needs`` are in the order of computation.
    """
    found: set[str] = set()
    for need in needs:
        if need.is_met(arrival) or need.tags & found:
            found.add(need.name)
    return frozenset(found)
