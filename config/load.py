"""From the business tables in TOML to one checked catalog."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar, cast
from zoneinfo import ZoneInfo

from config.agree import disagreements
from config.decode import Row, decode
from config.problems import ConfigError, Problem, broken_rule
from config.rules import reading_of
from config.tables import (
    channels,
    commands,
    dedup,
    events,
    filters,
    journey,
    lifecycle,
    pools,
    scorecard,
    segments,
    sop,
    tags,
    trackers,
    welcome,
    worktime,
)
from config.texts import SHIPPED, Texts
from config.vocabulary import vocabulary_of
from domain.behaviour.vocabulary import Term, ValueType, Vocabulary
from domain.catalog import Catalog
from domain.channels.channel import ChannelTree
from domain.errors import RuleError
from domain.events.registry import EventRegistry
from domain.journey.journeys import Journeys
from domain.scoring.tables import RuleFrame, RuleTables
from domain.segments.segment import SegmentText
from domain.tags.reading import terms_of
from domain.tags.spec import NO_TAGS, TagBook
from domain.values import BUSINESS_ZONE

Value = TypeVar("Value")


def load_catalog(
    texts: Texts,
    overrides: Path | None = None,
    zone: ZoneInfo = BUSINESS_ZONE,
    default_line: str = "",
) -> Catalog:
    """Read all tables; a file of the same name in ``overrides`` takes the place of a shipped one.

    ``default_line`` takes the place of the one in ``channels.toml``.

    Raises:
        ConfigError: files, entries or tables are wrong; it lists everything that is.
    """
    reader = _Reader(overrides)
    catalog = _catalog(reader, zone, texts)
    problems = reader.problems or list(disagreements(catalog, texts))
    if problems:
        raise ConfigError(problems, texts)
    return replace(catalog, default_line=default_line) if default_line else catalog


def _catalog(reader: _Reader, zone: ZoneInfo, texts: Texts) -> Catalog:
    """Return the catalog; where the reader met a problem a field is missing."""
    tree = reader.rows(channels.FILE, channels.ChannelsFile)
    channel_tree = reader.built(channels.FILE, tree, channels.ChannelsFile.tree)
    registry = reader.table(events.FILE, events.EventsFile, events.EventsFile.build)
    vocabulary = _vocabulary(registry, texts, zone)
    reading = reading_of(vocabulary, texts, zone)
    journeys = _journeys(reader, reading, registry)
    tag_book = reader.table(
        tags.FILE, tags.TagsFile, lambda file: _tags(file, registry, vocabulary, texts)
    )
    hours = reader.rows(worktime.FILE, worktime.WorktimeFile)
    steps = reader.rows(sop.FILE, sop.SopFile)
    return Catalog(
        events=registry,
        vocabulary=vocabulary,
        channels=channel_tree,
        attribution=reader.built(channels.FILE, tree, channels.ChannelsFile.rules),
        welcomes=reader.table(welcome.FILE, welcome.WelcomeFile, welcome.WelcomeFile.build),
        rules=_rules(reader, reading, _frame(channel_tree, registry), journeys),
        lifecycle=reader.table(
            lifecycle.FILE, lifecycle.LifecycleFile, lifecycle.LifecycleFile.build
        ),
        pools=reader.table(pools.FILE, pools.PoolsFile, pools.PoolsFile.build),
        dedup=reader.table(dedup.FILE, dedup.DedupFile, dedup.DedupFile.build),
        sop=reader.built(sop.FILE, steps, sop.SopFile.build),
        commands=reader.table(commands.FILE, commands.CommandsFile, commands.CommandsFile.build),
        trackers=reader.table(trackers.FILE, trackers.TrackersFile, trackers.TrackersFile.build),
        tags=tag_book,
        segments=reader.table(
            segments.FILE,
            segments.SegmentsFile,
            lambda file: _segments(file, tag_book, vocabulary, texts),
        ),
        reminders=reader.built(sop.FILE, steps, lambda file: file.reminders.build()),
        work=reader.built(worktime.FILE, hours, lambda file: file.work(zone)),
        quiet=reader.built(worktime.FILE, hours, worktime.WorktimeFile.quiet_hours),
        filters=reader.table(filters.FILE, filters.FiltersFile, filters.FiltersFile.build),
        default_line=reader.built(channels.FILE, tree, lambda file: file.default_line),
    )


def _frame(tree: ChannelTree | None, registry: EventRegistry | None) -> RuleFrame:
    points = {code: channel.points for code, channel in tree.channels.items()} if tree else {}
    return RuleFrame(points, registry.interactions() if registry else frozenset())


def _journeys(
    reader: _Reader, reading: journey.Reading, registry: EventRegistry | None
) -> Journeys:
    rows = reader.rows(journey.FILE, journey.JourneyFile)
    if rows is None or registry is None:  # without kinds no condition can be understood
        return Journeys(zone=reading.zone)
    return rows.build(reading, registry.interactions())


def _rules(
    reader: _Reader, reading: journey.Reading, frame: RuleFrame, journeys: Journeys
) -> RuleTables:
    """Build the rules, the last to use ``reading``, and take over what it noted."""
    tables = reader.table(
        scorecard.FILE,
        scorecard.ScorecardFile,
        lambda file: file.build(frame, journeys, reading),
    )
    reader.problems += reading.problems
    return tables


def _tags(
    file: tags.TagsFile, registry: EventRegistry | None, words: Vocabulary, texts: Texts
) -> TagBook:
    """Build the tags; without a registry nothing that they speak of is known."""
    return NO_TAGS if registry is None else file.build(words, texts)


def _segments(
    file: segments.SegmentsFile, book: TagBook | None, words: Vocabulary, texts: Texts
) -> tuple[SegmentText, ...]:
    """Build the segments; without tags nothing that they speak of is known."""
    if book is None or not book.specs:
        return ()
    by_hand = [Term(name, type=ValueType.FLAG) for name in book.by_hand]
    return file.build(words.with_tags([*by_hand, *terms_of(book, words)]), texts)


def _vocabulary(registry: EventRegistry | None, texts: Texts, zone: ZoneInfo) -> Vocabulary:
    return vocabulary_of(registry or EventRegistry.of(()), texts, zone)


@dataclass(slots=True)
class _Reader:
    """Reads files and keeps every problem met; what could not be read is None.

    A catalog put together with problems never leaves :func:`load_catalog`, which
    is why the values may be typed as if they were there.
    """

    overrides: Path | None
    problems: list[Problem] = field(default_factory=list)

    def table(self, file: str, kind: type[Row], build: Callable[[Row], Value]) -> Value:
        """Read a file that holds one table."""
        return self.built(file, self.rows(file, kind), build)

    def rows(self, file: str, kind: type[Row]) -> Row | None:
        """Read the rows of a file."""
        try:
            data = tomllib.loads(self._path(file).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            self.problems.append(Problem(file, "not_readable", values={"reason": str(error)}))
            return None
        except tomllib.TOMLDecodeError as error:
            self.problems.append(Problem(file, "not_toml", values={"reason": str(error)}))
            return None
        decoded = decode(data, kind, file)
        if isinstance(decoded, list):
            self.problems += decoded
            return None
        return decoded

    def built(self, file: str, rows: Row | None, build: Callable[[Row], Value]) -> Value:
        """Build a domain value from rows that are right by themselves."""
        if rows is not None:
            try:
                return build(rows)
            except RuleError as error:
                self.problems.append(broken_rule(file, error))
        return cast("Value", None)

    def _path(self, file: str) -> Path:
        own = self.overrides / file if self.overrides else None
        return own if own is not None and own.is_file() else SHIPPED / file
