"""Other names of companies as the command line asks for them: here, or of the running service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import msgspec

from bot.jobs import Ask, Job, NoWords, add_jobs
from domain.matching.company import company_key
from domain.values import Refusal, Role
from handlers.actions.dedup.aliases import add_aliases, remove_alias

if TYPE_CHECKING:
    from aiohttp import web

    from bot.bootstrap import Parts


@dataclass(frozen=True, slots=True)
class AliasLine:
    """A brand with its other names, and who said one of them; empty: they stand in the table."""

    brand: str
    names: list[str]
    by: str


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of a change: the refusal's code and detail, both empty when done."""

    code: str = ""
    detail: str = ""


class AliasDesk(Protocol):
    """What the command line may ask about other names of companies."""

    async def lines(self) -> list[AliasLine]:
        """Return all of them by brand."""
        ...

    async def add(self, company: str, names: Sequence[str]) -> Changed:
        """Let names mean a company."""
        ...

    async def remove(self, name: str) -> Changed:
        """Let a name mean nobody else any more."""
        ...


class LocalAliasDesk:
    """Does it with the parts of this process."""

    def __init__(self, parts: Parts) -> None:
        """Use the parts of the service."""
        self._parts = parts

    async def lines(self) -> list[AliasLine]:
        """Read them."""
        ctx = self._parts.context
        async with self._parts.database.read() as tx:
            await ctx.aliases.refresh(tx)
        said = {company_key(one.alias).brand: one.by for one in ctx.aliases.said}
        return [
            AliasLine(brand, names, next((said[n] for n in names if n in said), ""))
            for brand, names in ctx.dedup.aliases.names().items()
        ]

    async def add(self, company: str, names: Sequence[str]) -> Changed:
        """Add them, in the name of the system."""
        parts = self._parts
        async with parts.store.unit_of_work(parts.clock.now()) as work:
            refusal = await add_aliases(work, parts.context, company, names, Role.SYSTEM.value)
            if refusal is None:
                await work.commit()
        return _changed(refusal)

    async def remove(self, name: str) -> Changed:
        """Remove it, in the name of the system."""
        parts = self._parts
        async with parts.store.unit_of_work(parts.clock.now()) as work:
            refusal = await remove_alias(work, parts.context, name, Role.SYSTEM.value)
            if refusal is None:
                await work.commit()
        return _changed(refusal)


def _changed(refusal: Refusal | None) -> Changed:
    return Changed(refusal.code, refusal.detail) if refusal else Changed()


class _Add(msgspec.Struct):
    """Which names are to mean which company."""

    company: str
    names: list[str]


class _Remove(msgspec.Struct):
    """Which name is to mean nobody else."""

    name: str


class RemoteAliasDesk:
    """Asks the running service."""

    def __init__(self, ask: Ask) -> None:
        """Ask through the socket."""
        self._ask = ask

    async def lines(self) -> list[AliasLine]:
        """Let the service read."""
        return msgspec.json.decode(await self._ask("aliases-list", NoWords()), type=list[AliasLine])

    async def add(self, company: str, names: Sequence[str]) -> Changed:
        """Let the service add them."""
        answer = await self._ask("aliases-add", _Add(company, list(names)))
        return msgspec.json.decode(answer, type=Changed)

    async def remove(self, name: str) -> Changed:
        """Let the service remove it."""
        return msgspec.json.decode(await self._ask("aliases-remove", _Remove(name)), type=Changed)


def add_alias_jobs(app: web.Application, desk: AliasDesk) -> None:
    """Let the service answer what :class:`RemoteAliasDesk` asks."""
    add_jobs(
        app,
        {
            "aliases-list": Job(NoWords, lambda _: desk.lines()),
            "aliases-add": Job(_Add, lambda asked: desk.add(asked.company, asked.names)),
            "aliases-remove": Job(_Remove, lambda asked: desk.remove(asked.name)),
        },
    )
