"""Where a lead stands on each journey: the furthest stage whose condition holds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from zoneinfo import ZoneInfo

import numpy as np

from domain.behaviour.horizon import NO_CHANGE, Horizon
from domain.behaviour.kernel import Plan
from domain.behaviour.mentions import mentions_of, properties_of
from domain.behaviour.syntax import Expression
from domain.columns.days import Integers, Moments
from domain.columns.persons import Behaviour, Columns, Facts, columns_of
from domain.columns.values import Texts, Value, Words
from domain.values import BUSINESS_ZONE

#: A journey's fact is its code with this behind it: ``buying_stage``.
FACT_SUFFIX = "_stage"
#: Who has not begun stands nowhere.
NOWHERE = ""
#: Begins the codes of sentences. No fact of a person or of a lead has a colon in its name.
_SENTENCE = "when:"
#: The only stage of a sentence.
_HOLDS = "holds"


@dataclass(frozen=True, slots=True)
class JourneyStage:
    """One stage: whoever meets ``when`` has come so far.

    ``words`` are what a rep may say to somebody there (Chinese), ``campaigns`` the
    codes of campaigns that are meant for them.
    """

    code: str
    label: str
    when: Expression
    words: tuple[str, ...] = ()
    campaigns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Journey:
    """One map; its stages in the order in which they are passed."""

    code: str
    label: str
    stages: tuple[JourneyStage, ...]

    @property
    def fact(self) -> str:
        """Name of the fact that says where a lead stands."""
        return f"{self.code}{FACT_SUFFIX}"

    def stage(self, code: str) -> JourneyStage | None:
        """Return a stage by code."""
        return next((stage for stage in self.stages if stage.code == code), None)

    def number(self, code: str) -> int:
        """Return which of the stages it is, from 1; 0 for nowhere."""
        codes = [stage.code for stage in self.stages]
        return codes.index(code) + 1 if code in codes else 0


def sentence_fact(rule: str, case: int) -> str:
    """Return the fact that is known while the sentence of a rule's case (from 0) holds."""
    return f"{_SENTENCE}{rule}:{case}{FACT_SUFFIX}"


def sentence_of(rule: str, case: int, when: Expression) -> Journey:
    """Return what a rule's case (from 0) says in ``when``, as a journey of one stage."""
    return Journey(f"{_SENTENCE}{rule}:{case}", "", (JourneyStage(_HOLDS, "", when),))


@dataclass(frozen=True, slots=True, eq=False)
class Journeys:
    """All maps, made ready for the kernel of behaviour.

    ``interactions`` are the kinds that count as interaction. ``sentences`` are what rules
    say in ``when``: they are worked out with the maps, and shown with their rules alone.
    """

    journeys: tuple[Journey, ...] = ()
    interactions: frozenset[str] = frozenset()
    zone: ZoneInfo = BUSINESS_ZONE
    sentences: tuple[Journey, ...] = ()
    #: Maps and sentences.
    every: tuple[Journey, ...] = field(init=False, repr=False)
    #: All kinds that any condition looks at.
    kinds: frozenset[str] = field(init=False, repr=False)
    #: Whether time alone may move somebody at another moment than midnight, as windows of
    #: hours do.
    turns_within_day: bool = field(init=False, repr=False)
    #: The facts that say where a lead stands, those of sentences among them.
    names: frozenset[str] = field(init=False, repr=False)
    #: Properties of events, facts and tags that the conditions read.
    properties: frozenset[str] = field(init=False, repr=False)
    attributes: frozenset[str] = field(init=False, repr=False)
    tags: frozenset[str] = field(init=False, repr=False)
    plan: Plan = field(init=False, repr=False)
    horizon: Horizon = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Make the conditions ready."""
        every = (*self.journeys, *self.sentences)
        conditions = [stage.when for journey in every for stage in journey.stages]
        mentions = mentions_of(*conditions)
        kinds = mentions.kinds | (self.interactions if mentions.any_kind else frozenset())
        turns = bool(mentions.rolls) or mentions.is_restless
        object.__setattr__(self, "every", every)
        object.__setattr__(self, "kinds", kinds)
        object.__setattr__(self, "turns_within_day", turns)
        object.__setattr__(self, "names", frozenset(journey.fact for journey in every))
        object.__setattr__(self, "properties", properties_of(conditions))
        object.__setattr__(self, "attributes", mentions.facts)
        object.__setattr__(self, "tags", mentions.tags)
        object.__setattr__(self, "plan", Plan.of(conditions))
        object.__setattr__(self, "horizon", Horizon.of(conditions))

    def places(
        self, persons: Sequence[Behaviour], moments: Sequence[datetime]
    ) -> list[dict[str, str]]:
        """Return, for each person at their moment, the stage of each journey by its fact."""
        if not self.every or not persons:
            return [{} for _ in persons]
        columns = self._columns(persons)
        found = self.plan.run(columns, Moments.of(moments, self.zone))
        holds = [value.holds.tolist() for value in found]
        return [self._places([column[row] for column in holds]) for row in range(len(persons))]

    def _places(self, holds: Sequence[bool]) -> dict[str, str]:
        ends = accumulate(len(journey.stages) for journey in self.every)
        return {
            journey.fact: _furthest(journey, holds[end - len(journey.stages) : end])
            for journey, end in zip(self.every, ends, strict=True)
        }

    def places_of(self, columns: Columns, moments: Moments) -> dict[str, Value]:
        """Return what :meth:`places` says as columns, of persons that are columns already."""
        if not self.every or not columns.persons:
            return {}
        holds = [value.holds for value in self.plan.run(columns, moments)]
        found: dict[str, Value] = {}
        for journey in self.every:
            codes = np.full(columns.persons, -1, dtype=np.int32)
            for number, stage_holds in enumerate(holds[: len(journey.stages)]):
                codes[stage_holds] = number
            holds = holds[len(journey.stages) :]
            words = Words(tuple(stage.code for stage in journey.stages))
            found[journey.fact] = Value(texts=Texts(codes, words))
        return found

    def next_changes_of(self, columns: Columns, moments: Moments) -> Integers:
        """Return until when time alone leaves each person where they are.

        In microseconds since 1970, :data:`domain.behaviour.horizon.NO_CHANGE` for ever.
        """
        if not self.every or not columns.persons:
            return np.full(columns.persons, NO_CHANGE, dtype=np.int64)
        return self.horizon.run(columns, moments)

    def _columns(self, persons: Sequence[Behaviour]) -> Columns:
        """Lay out what the conditions read, and no more."""
        read = [
            Behaviour(one.events, _only(self.attributes, one.facts), _only(self.tags, one.tags))
            for one in persons
        ]
        return columns_of(read, self.interactions, self.zone, self.properties)

    def facts(self) -> Mapping[str, Journey]:
        """Return the maps by the name of their fact."""
        return {journey.fact: journey for journey in self.journeys}

    def sentence(self, fact: str) -> Expression | None:
        """Return the sentence whose fact it is, None for any other fact."""
        found = (one.stages[0].when for one in self.sentences if one.fact == fact)
        return next(found, None)


NO_JOURNEYS = Journeys()


def _only(names: Collection[str], facts: Facts) -> Facts:
    return {name: facts[name] for name in names if name in facts}


def _furthest(journey: Journey, holds: Sequence[bool]) -> str:
    passed = [stage.code for stage, is_met in zip(journey.stages, holds, strict=True) if is_met]
    return passed[-1] if passed else NOWHERE
