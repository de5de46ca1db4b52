"""Does a version of the rule tables agree with the other tables?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from config.decode import hint
from config.problems import Problem
from config.tables import scorecard
from config.texts import FILE as TEXTS_FILE
from config.texts import Texts
from domain.channels.channel import ChannelTree
from domain.events.registry import EventRegistry
from domain.facts import PERSON_FACTS
from domain.journey.journeys import Journey
from domain.scoring.basis import STANDING_FACTS
from domain.scoring.rules import EventRule, StaticRule
from domain.scoring.tables import RuleTables


class Tables(Protocol):
    """The tables that rules name things of."""

    @property
    def events(self) -> EventRegistry:
        """Kinds of events and their properties."""
        ...

    @property
    def channels(self) -> ChannelTree:
        """Channels by code."""
        ...


def rule_disagreements(rules: RuleTables, tables: Tables, texts: Texts) -> Iterator[Problem]:
    """Yield every name in the rules that nothing stands behind, and every missing text."""
    kinds, whole = frozenset(tables.events.kinds), rules.whole
    for rule in whole.events:
        if rule.kind in kinds:
            yield from _properties(rule, tables.events)
        else:
            yield from unknown(rule.kind, kinds, Problem(scorecard.FILE, "no_such_kind", rule.id))
    for absence in whole.absence:
        for kind in sorted(absence.kinds):
            problem = Problem(scorecard.FILE, "no_such_kind", absence.id)
            yield from unknown(kind, kinds, problem)
    facts = PERSON_FACTS | texts.keys_under("field")
    journeys = rules.journeys.facts()
    sentences = rules.journeys.names - journeys.keys()
    yield from _facts(whole.static, facts | sentences)
    yield from _facts(whole.standing, facts | STANDING_FACTS | rules.journeys.names)
    for standing in whole.standing:
        yield from _stages(standing, journeys)
    channels = frozenset(tables.channels.channels)
    for code in rules.points:
        problem = Problem(scorecard.FILE, "no_such_channel", "initial.channels")
        yield from unknown(code, channels, problem)
    for code in sorted(set(whole.grading.matrix.values())):
        if f"advice.{code}" not in texts:
            yield Problem(TEXTS_FILE, "text_missing", f"advice.{code}")


def _properties(rule: EventRule, events: EventRegistry) -> Iterator[Problem]:
    known = frozenset(events.kinds[rule.kind].properties)
    for condition in rule.where:
        problem = Problem(scorecard.FILE, "no_such_property", rule.id)
        yield from unknown(condition.name, known, problem)


def _facts(rules: tuple[StaticRule, ...], known: frozenset[str]) -> Iterator[Problem]:
    for rule in rules:
        for name in sorted({case.condition.name for case in rule.cases}):
            yield from unknown(name, known, Problem(scorecard.FILE, "no_such_fact", rule.id))


def _stages(rule: StaticRule, journeys: Mapping[str, Journey]) -> Iterator[Problem]:
    """Yield stages that a rule asks for and no journey has."""
    for condition in (case.condition for case in rule.cases):
        journey = journeys.get(condition.name)
        if journey is not None:
            known = frozenset(stage.code for stage in journey.stages)
            for value in condition.values:
                problem = Problem(scorecard.FILE, "no_such_stage", rule.id)
                yield from unknown(str(value), known, problem)


def unknown(word: str, known: frozenset[str], problem: Problem) -> Iterator[Problem]:
    """Yield ``problem`` about ``word``, with the nearest known one, unless it is known."""
    if word not in known:
        code = f"{problem.code}_but" if hint(word, known) else problem.code
        values = {"word": word, "hint": hint(word, known)}
        yield Problem(problem.place, code, problem.key, values)
