"""Versions of the rules as the command line asks for them: in this process, or of the service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

import msgspec

from bot.jobs import Ask, Job, NoWords, add_jobs
from bot.scoring.keeper import score_keeper_of
from config.learned import with_points
from config.rules import seed_sources
from config.tables import scorecard
from domain.errors import ClewError
from domain.scoring.strata import Evidence, Learning, learn_points
from domain.scoring.version import RuleVersion
from domain.values import Refusal
from handlers.actions.rule_drafts import Given, Handed, keep
from handlers.actions.rules import UNKNOWN_VERSION, publish
from storage.queries.conversions import conversions

if TYPE_CHECKING:
    from aiohttp import web

    from bot.bootstrap import Parts

#: How many versions are listed.
_LISTED = 20


@dataclass(frozen=True, slots=True)
class NewDraft:
    """Files that are to become a draft; what is missing stays as it is."""

    texts: Sequence[Handed]
    author: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which version; ``is_confirmed`` lets it be published although it activates many."""

    number: int
    by: str = ""
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class LearnWish:
    """Learn from leads listed within ``days``, before the last ``ripe`` days: deals take time."""

    learning: Learning
    days: int
    ripe: int
    author: str


@dataclass(frozen=True, slots=True)
class Learned:
    """The draft with the learned points, and the evidence."""

    number: int
    evidence: tuple[Evidence, ...]


class RulesDesk(Protocol):
    """What the command line may do with the rules of the score."""

    async def newest(self) -> Sequence[RuleVersion]:
        """Return the newest versions, the newest first."""
        ...

    async def keep(self, draft: NewDraft) -> int:
        """Keep a draft; return its number.

        Raises:
            ValueError: it cannot be used; the message names every problem in Chinese.
        """
        ...

    async def try_out(self, wish: Wish) -> RuleVersion | Refusal:
        """Try a version on all leads; return it with what was found."""
        ...

    async def publish(self, wish: Wish) -> RuleVersion | Refusal:
        """Put a version in force, or say why not."""
        ...

    async def learn(self, wish: LearnWish) -> Learned | Refusal:
        """Learn the quality of channels, and keep it as a draft."""
        ...


class LocalRulesDesk:
    """Does it with the parts of this process."""

    def __init__(self, parts: Parts) -> None:
        """Use the parts of the service."""
        self._parts = parts

    async def newest(self) -> Sequence[RuleVersion]:
        """Read the newest versions."""
        parts = self._parts
        async with parts.store.looking(parts.clock.now()) as work:
            return await work.rules.newest(_LISTED)

    async def keep(self, draft: NewDraft) -> int:
        """Check a draft against all other tables, then keep it."""
        parts = self._parts
        given = Given(draft.texts, note=draft.note, seed=self._seed())
        async with parts.store.unit_of_work(parts.clock.now()) as work:
            try:
                found = await keep(work, parts.context, given, draft.author)
            except ClewError as error:
                raise ValueError(str(error)) from None
            if isinstance(found, int):
                await work.commit()
                return found
        raise ValueError(parts.texts.get(f"refusals.{found.code}"))

    def _seed(self) -> Mapping[str, str]:
        return seed_sources(self._parts.settings.store.tables_dir)

    async def _sources(self) -> Mapping[str, str]:
        """Return the files of the version in force."""
        parts = self._parts
        async with parts.store.looking(parts.clock.now()) as work:
            version = await work.rules.version(await work.rules.in_force())
        return version.sources if version else self._seed()

    async def try_out(self, wish: Wish) -> RuleVersion | Refusal:
        """Try a version in this process."""
        parts = self._parts
        version = await self._version(wish.number)
        if version is None:
            return Refusal(UNKNOWN_VERSION)
        await score_keeper_of(parts).try_version(version)
        return await self._version(wish.number) or version

    async def _version(self, number: int) -> RuleVersion | None:
        parts = self._parts
        async with parts.store.looking(parts.clock.now()) as work:
            return await work.rules.version(number)

    async def publish(self, wish: Wish) -> RuleVersion | Refusal:
        """Publish; the scheduler scores the leads anew."""
        parts = self._parts
        async with parts.store.unit_of_work(parts.clock.now()) as work:
            done = await publish(
                work, parts.context, wish.number, wish.by, is_confirmed=wish.is_confirmed
            )
            await work.commit()
        return done

    async def learn(self, wish: LearnWish) -> Learned | Refusal:
        """Count conversions, and keep the points as a draft."""
        parts, tree = self._parts, self._parts.context.catalog.channels
        end = parts.clock.now() - timedelta(days=wish.ripe)
        async with parts.database.read() as tx:
            counts = await conversions(tx, end - timedelta(days=wish.days), end)
        evidence = learn_points(tree, counts, wish.learning)
        if isinstance(evidence, Refusal):
            return evidence
        learned = with_points(await self._sources(), evidence, tree, parts.texts)[scorecard.FILE]
        note = parts.texts.get("rules.learned", days=wish.days)
        draft = NewDraft([Handed(learned, scorecard.FILE)], wish.author, note)
        return Learned(await self.keep(draft), evidence)


class RemoteRulesDesk:
    """Asks the running service."""

    def __init__(self, ask: Ask) -> None:
        """Ask through the socket."""
        self._ask = ask

    async def newest(self) -> Sequence[RuleVersion]:
        """Let the service list versions."""
        answer = await self._ask("rules-newest", NoWords())
        return msgspec.json.decode(answer, type=list[RuleVersion])

    async def keep(self, draft: NewDraft) -> int:
        """Let the service check and keep a draft."""
        return msgspec.json.decode(await self._ask("rules-keep", draft), type=int)

    async def try_out(self, wish: Wish) -> RuleVersion | Refusal:
        """Let the service try a version."""
        return _done(await self._ask("rules-try", wish))

    async def publish(self, wish: Wish) -> RuleVersion | Refusal:
        """Let the service publish a version."""
        return _done(await self._ask("rules-publish", wish))

    async def learn(self, wish: LearnWish) -> Learned | Refusal:
        """Let the service learn."""
        answer = msgspec.json.decode(await self._ask("rules-learn", wish), type=_Answer)
        return answer.refusal or answer.learned or Refusal(UNKNOWN_VERSION)


class _Answer(msgspec.Struct):
    """One of the three."""

    version: RuleVersion | None = None
    learned: Learned | None = None
    refusal: Refusal | None = None


def _answer(done: RuleVersion | Learned | Refusal) -> _Answer:
    match done:
        case Refusal():
            return _Answer(refusal=done)
        case Learned():
            return _Answer(learned=done)
        case _:
            return _Answer(version=done)


def _done(body: bytes) -> RuleVersion | Refusal:
    answer = msgspec.json.decode(body, type=_Answer)
    return answer.refusal or answer.version or Refusal(UNKNOWN_VERSION)


def add_rules_jobs(app: web.Application, desk: RulesDesk) -> None:
    """Let the service answer what :class:`RemoteRulesDesk` asks."""

    async def try_out(wish: Wish) -> _Answer:
        return _answer(await desk.try_out(wish))

    async def put_in_force(wish: Wish) -> _Answer:
        return _answer(await desk.publish(wish))

    async def learn(wish: LearnWish) -> _Answer:
        return _answer(await desk.learn(wish))

    add_jobs(
        app,
        {
            "rules-newest": Job(NoWords, lambda _: desk.newest()),
            "rules-keep": Job(NewDraft, desk.keep),
            "rules-try": Job(Wish, try_out),
            "rules-publish": Job(Wish, put_in_force),
            "rules-learn": Job(LearnWish, learn),
        },
    )
