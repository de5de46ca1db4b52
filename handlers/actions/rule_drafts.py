"""Drafts of rules as somebody hands them in: texts of one or more files, TOML or JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domain.values import Refusal
from handlers.actions.rules import UNKNOWN_VERSION, keep_draft
from storage.repositories.rules import Draft

if TYPE_CHECKING:
    from domain.scoring.tables import RuleTables
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Handed:
    """A text that was handed in, and the name of its file where it has one."""

    text: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """What was handed in: which file each text is follows from what is in it.

    ``base`` is the version that everything comes from that is not given, 0 the one in force;
    ``seed`` are the files that are in force before any version was kept.
    """

    texts: Sequence[Handed]
    base: int = 0
    note: str = ""
    seed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Understood:
    """A draft that was read, and the files that it is made of."""

    tables: RuleTables
    sources: Mapping[str, str]


async def understood(work: UnitOfWork, ctx: Context, given: Given) -> Understood | Refusal:
    """Return a draft read and compared with all other tables; nothing is kept.

    Raises:
        ClewError: it cannot be used; the message names every problem with its place.
    """
    await ctx.kinds.refresh(work.tx)
    base = await _sources(work, given)
    if not base:
        return Refusal(UNKNOWN_VERSION)
    reader = ctx.rulebook.reader
    own = {reader.file_of(one.text, one.name): _lines(one.text) for one in given.texts}
    sources = {**base, **own}
    return Understood(reader.check(sources), sources)


async def _sources(work: UnitOfWork, given: Given) -> Mapping[str, str]:
    """Return the files of the version that a draft changes, nothing where there is none."""
    number = given.base or await work.rules.in_force()
    if not number:
        return given.seed
    version = await work.rules.version(number)
    return version.sources if version else {}


async def keep(work: UnitOfWork, ctx: Context, given: Given, author: str) -> int | Refusal:
    """Keep a draft; return its number.

    Raises:
        ClewError: it cannot be used; nothing was kept.
    """
    found = await understood(work, ctx, given)
    if isinstance(found, Refusal):
        return found
    frame, least = ctx.rulebook.reader.frame, ctx.catalog.rules.version + 1
    name = found.tables.whole.name
    return await keep_draft(work, Draft(name, found.sources, frame, author, given.note, least))


def _lines(text: str) -> str:
    """Return a text with the ends of lines that browsers change."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
