"""Versions of the rule tables: from the texts that are kept to tables, and back to problems."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from config.agree_rules import rule_disagreements
from config.decode import Row, decode
from config.places import located
from config.problems import ConfigError, Problem, broken_rule
from config.tables import journey, scorecard
from config.texts import SHIPPED, Texts
from domain.behaviour.vocabulary import Vocabulary
from domain.catalog import Catalog
from domain.errors import RuleError
from domain.facts import PERSON_FACTS
from domain.scoring.basis import STANDING_FACTS
from domain.scoring.tables import RuleFrame, RuleTables

#: Files that make up a version.
FILES = (scorecard.FILE, journey.FILE)


@dataclass(frozen=True, slots=True)
class RuleReader:
    """Reads versions; ``catalog`` holds the tables that rules name things of."""

    catalog: Catalog
    texts: Texts
    zone: ZoneInfo

    @property
    def frame(self) -> RuleFrame:
        """What rules mean beyond their own text, by the tables of today."""
        return frame_of(self.catalog)

    def among(self, vocabulary: Vocabulary) -> RuleReader:
        """Return a reader that knows the kinds of ``vocabulary`` in place of those of the files."""
        if vocabulary is self.catalog.vocabulary:
            return self
        catalog = replace(self.catalog, events=vocabulary.events, vocabulary=vocabulary)
        return replace(self, catalog=catalog)

    def read(self, sources: Mapping[str, str], frame: RuleFrame, number: int) -> RuleTables:
        """Return a version as it was meant when it was kept.

        Raises:
            ConfigError: the texts are no rule tables; every problem is named.
        """
        try:
            return self._read(sources, frame, number)
        except ConfigError as error:
            raise ConfigError(located(error.problems, sources), self.texts) from None

    def _read(self, sources: Mapping[str, str], frame: RuleFrame, number: int) -> RuleTables:
        rows = self._decoded(sources, scorecard.FILE, scorecard.ScorecardFile)
        maps = journey.JourneyFile()  # versions of old had none
        if journey.FILE in sources:
            maps = self._decoded(sources, journey.FILE, journey.JourneyFile)
        reading = reading_of(self.catalog.vocabulary, self.texts, self.zone)
        journeys = maps.build(reading, frame.interactions)
        try:
            tables = rows.build(frame, journeys, reading, number)
        except RuleError as error:
            problems = [*reading.problems, broken_rule(scorecard.FILE, error)]
            raise ConfigError(problems, self.texts) from None
        if reading.problems:
            raise ConfigError(reading.problems, self.texts)
        return tables

    def check(self, sources: Mapping[str, str], number: int = 0) -> RuleTables:
        """Return a new draft, which also has to agree with all other tables of today.

        Raises:
            ConfigError: it cannot be used; every problem is named.
        """
        tables = self.read(sources, self.frame, number)
        problems = list(rule_disagreements(tables, self.catalog, self.texts))
        if problems:
            raise ConfigError(located(problems, sources), self.texts)
        return tables

    def file_of(self, text: str, name: str = "") -> str:
        """Return which of the files of a version a text is: maps have journeys in them.

        What cannot be read at all is what its name says, else taken for rules; it is refused
        when it is checked.
        """
        try:
            return journey.FILE if "journey" in parsed(text) else scorecard.FILE
        except ValueError:
            return name if name in FILES else scorecard.FILE

    def _decoded(self, sources: Mapping[str, str], name: str, kind: type[Row]) -> Row:
        try:
            data = parsed(sources[name])
        except ValueError as error:
            code = "not_json" if is_json(sources[name]) else "not_toml"
            problem = Problem(name, code, values={"reason": str(error)})
            raise ConfigError([problem], self.texts) from None
        decoded = decode(data, kind, name)
        if isinstance(decoded, list):
            raise ConfigError(decoded, self.texts)
        return decoded


def is_json(text: str) -> bool:
    """Tell whether a text is meant as JSON: TOML never begins with a brace."""
    return text.lstrip("\ufeff \t\r\n").startswith("{")


def parsed(text: str) -> dict[str, Any]:
    """Return the table that a text of TOML or JSON spells.

    Raises:
        ValueError: it is neither; the message names line and column.
    """
    if not is_json(text):
        return tomllib.loads(text)
    try:
        data = json.loads(text.lstrip("\ufeff"))
    except RecursionError:
        raise ValueError("nested too deep") from None  # noqa: EM101, TRY003 - told as it is
    return data if isinstance(data, dict) else {}


def reading_of(vocabulary: Vocabulary, texts: Texts, zone: ZoneInfo) -> journey.Reading:
    """Return what understands the conditions of journeys."""
    facts = PERSON_FACTS | STANDING_FACTS | texts.keys_under("field")
    return journey.Reading(vocabulary, texts, facts, zone)


def frame_of(catalog: Catalog) -> RuleFrame:
    """Return what rules mean beyond their own text, by these tables."""
    points = {code: channel.points for code, channel in catalog.channels.channels.items()}
    return RuleFrame(points, catalog.events.interactions())


def seed_sources(overrides: Path | None) -> dict[str, str]:
    """Return the files from which the first version is made."""
    return {name: _path(name, overrides).read_text(encoding="utf-8") for name in FILES}


def _path(file: str, overrides: Path | None) -> Path:
    own = overrides / file if overrides else None
    return own if own is not None and own.is_file() else SHIPPED / file
