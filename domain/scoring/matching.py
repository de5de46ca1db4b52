"""Which events a scorecard's rules count: found over columns, for one lead or a million."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.behaviour import syntax as tree
from domain.behaviour.syntax import EventPattern
from domain.behaviour.vectors.compile import Compiler
from domain.behaviour.vectors.selection import Scene, Selection
from domain.behaviour.vectors.steps import Step, run_steps
from domain.behaviour.walk import nodes_of
from domain.columns.days import Integers
from domain.columns.values import Positions
from domain.condition import Condition
from domain.scoring.conditions import all_hold
from domain.scoring.rules import EventRule, Repeat
from domain.scoring.scorecard import Scorecard
from domain.swift import swift


@swift
@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """Events that count, sorted by rule, then lead, then event order.

    ``rule`` is the row of the rule, ``lead`` the row of the lead, ``event`` the position
    in the columns, ``at`` its microsecond since 1970. ``days`` are the ordinals of the days
    of all events: few rules ask for the day of a match, so it is looked up for those.
    """

    rule: Integers
    lead: Integers
    event: Positions
    at: Integers
    days: NDArray[np.int32] | Integers

    def day(self) -> Integers:
        """Return the day of each match."""
        return self.days[self.event].astype(np.int64)

    def only(self, rows: Positions, lead: Integers | None = None) -> Matches:
        """Return some of the matches in the order of ``rows``, as of other leads if told."""
        lead = self.lead[rows] if lead is None else lead
        return Matches(self.rule[rows], lead, self.event[rows], self.at[rows], self.days)


@dataclass(frozen=True, slots=True, eq=False)
class Matcher:
    """A scorecard's rules made ready; ``rules`` and ``absence`` are slots of selections."""

    steps: tuple[Step, ...]
    rules: tuple[int, ...]
    is_once: tuple[bool, ...]
    absence: tuple[frozenset[str], ...]
    #: Properties that conditions ask for.
    properties: frozenset[str]

    def find(self, scene: Scene) -> Matches:
        """Match all events of a scene, whose moments do not matter, against all rules."""
        columns, found = scene.columns, run_steps(self.steps, scene)
        owners = scene.owners
        chosen = [
            _latest(found[slot].positions, owners) if once else found[slot].positions
            for slot, once in zip(self.rules, self.is_once, strict=True)
        ]
        event = np.concatenate([np.zeros(0, dtype=np.intp), *chosen])
        sizes = [positions.size for positions in chosen]
        rule = np.repeat(np.arange(len(chosen), dtype=np.int64), sizes)
        return Matches(rule, owners[event], event, columns.at[event], columns.day)

    def last_days(self, scene: Scene, since: Integers) -> Integers:
        """Return the day of the last event of each absence rule (column) of each lead (row)."""
        last = np.repeat(since[:, None], len(self.absence), axis=1)
        if not self.absence:
            return last
        columns, owners = scene.columns, scene.owners
        for column, kinds in enumerate(self.absence):
            is_kind = np.array([*(name in kinds for name in columns.kinds), False], dtype=np.bool_)
            positions = _latest(np.flatnonzero(is_kind[columns.kind]), owners)
            last[owners[positions], column] = columns.day[positions]
        return last


def _latest(positions: Positions, owners: Positions) -> Positions:
    """Keep the last of each lead's positions."""
    if positions.size == 0:
        return positions
    owner = owners[positions]
    return positions[np.concatenate((owner[1:] != owner[:-1], [True]))]


@lru_cache(maxsize=32)
def matcher_of(card: Scorecard) -> Matcher:
    """Make the rules of ``card`` ready."""
    compiler = Compiler()
    rules = tuple(_slot(rule, compiler) for rule in card.events)
    return Matcher(
        steps=tuple(compiler.steps),
        rules=rules,
        is_once=tuple(rule.repeat is Repeat.ONCE for rule in card.events),
        absence=tuple(rule.kinds for rule in card.absence),
        properties=frozenset(_properties(card.events)),
    )


def _slot(rule: EventRule, compiler: Compiler) -> int:
    base = compiler.about_events.events(EventPattern(rule.kind, rule.given))
    if not rule.where:
        return base
    return compiler.add(("conditions", base, rule.where), _conditions_step(base, rule.where))


def _conditions_step(base: int, conditions: tuple[Condition, ...]) -> Step:
    def step(scene: Scene, found: list[Any]) -> Selection:
        selection: Selection = found[base]
        rows = selection.positions
        here = {
            name: column.take(rows)
            for name, column in scene.columns.properties.items()
            if any(condition.name == name for condition in conditions)
        }
        return Selection(rows[all_hold(conditions, here, rows.size)])

    return step


def _properties(rules: Iterable[EventRule]) -> Iterable[str]:
    for rule in rules:
        yield from (condition.name for condition in rule.where)
        if rule.given is not None:
            yield from (
                node.name for node in nodes_of(rule.given) if isinstance(node, tree.Property)
            )
