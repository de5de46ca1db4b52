"""``journey.toml``: the maps of buying and of learning."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar
from zoneinfo import ZoneInfo

import msgspec

from config.problems import Problem
from config.tables.rows import Code, Name, TomlRow
from config.texts import Texts
from domain.behaviour.checking.check import understood
from domain.behaviour.checking.filters import understood_of_event
from domain.behaviour.mentions import mentions_of
from domain.behaviour.mistakes import LanguageError, Mistake
from domain.behaviour.syntax import Expression, Literal
from domain.behaviour.vocabulary import ValueType, Vocabulary
from domain.journey.journeys import Journey, Journeys, JourneyStage

FILE = "journey.toml"
_WRONG = "not_understood"
_NEVER = Literal(value=False)
_FLAG = ValueType.FLAG
T = TypeVar("T")


class StageRow(TomlRow, frozen=True):
    """One ``[[journey.stage]]``; ``when`` is an expression of the behaviour language."""

    code: Code
    label: Name
    when: Name
    words: list[Name] = msgspec.field(default_factory=list)
    campaigns: list[Code] = msgspec.field(default_factory=list)


class JourneyRow(TomlRow, frozen=True):
    """One ``[[journey]]``."""

    code: Code
    label: Name
    stage: list[StageRow]

    def __post_init__(self) -> None:
        """Refuse a map without stages, or with one twice."""
        codes = [stage.code for stage in self.stage]
        code = "stages_wanted" if not codes else ""
        if len(codes) != len(set(codes)):
            code = "stage_twice"
        if code:
            raise ValueError(code)


class JourneyFile(TomlRow, frozen=True):
    """The whole file."""

    journey: list[JourneyRow] = msgspec.field(default_factory=list)

    def build(self, reading: Reading, interactions: frozenset[str]) -> Journeys:
        """Return the maps; what cannot be understood is noted in ``reading``."""
        journeys = tuple(self._journey(row, reading) for row in self.journey)
        return Journeys(journeys, interactions, reading.zone)

    def _journey(self, row: JourneyRow, reading: Reading) -> Journey:
        stages = (
            JourneyStage(
                stage.code,
                stage.label,
                reading.condition(stage.when, f"{row.code}.{stage.code}.when"),
                tuple(stage.words),
                tuple(stage.campaigns),
            )
            for stage in row.stage
        )
        return Journey(row.code, row.label, tuple(stages))


class Reading:
    """Understands conditions of maps and rules; ``facts`` are those that they may ask about."""

    def __init__(
        self, vocabulary: Vocabulary, texts: Texts, facts: frozenset[str], zone: ZoneInfo
    ) -> None:
        """Begin without problems."""
        self.zone = zone
        self.problems: list[Problem] = []
        self._vocabulary = vocabulary
        self._texts = texts
        self._facts = facts

    def condition(self, text: str, key: str) -> Expression:
        """Return a condition; what is wrong with it is noted and a condition that never holds."""
        return self._condition(text, Problem(FILE, _WRONG, key))

    def of_rule(self, text: str, file: str, key: str) -> Expression:
        """Return what a rule says in ``when``; what is wrong with it is noted."""
        return self._condition(text, Problem(file, _WRONG, key, {"sentence": text}))

    def of_event(self, text: str, kind: str, file: str, key: str) -> Expression:
        """Return a condition on an event of ``kind``; what is wrong with it is noted."""
        found = self._understood(
            Problem(file, _WRONG, key), lambda: understood_of_event(text, kind, self._vocabulary)
        )
        return _NEVER if found is None else found

    def _condition(self, text: str, problem: Problem) -> Expression:
        found = self._understood(problem, lambda: understood(text, self._vocabulary, _FLAG))
        if found is None:
            return _NEVER
        self.problems += self._foreign(found.expression, problem)
        return found.expression

    def _understood(self, problem: Problem, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except LanguageError as error:
            for mistake in map(_without_tags, error.mistakes):
                reason = mistake.in_words(self._texts)
                values = {**problem.values, "reason": reason}
                self.problems.append(replace(problem, values=values))
            return None

    def _foreign(self, condition: Expression, problem: Problem) -> Iterator[Problem]:
        for name in sorted(mentions_of(condition).facts - self._facts):
            values = {**problem.values, "word": name}
            yield replace(problem, code="fact_of_the_score", values=values)


def _without_tags(mistake: Mistake) -> Mistake:
    """Return a mistake; of a tag it says that the score knows none, for tags come after it."""
    if mistake.code != "unknown_tag":
        return mistake
    return replace(mistake, code="no_tags_here", hint="")
