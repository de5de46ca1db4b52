"""Two units of work of one process look at once: what is in force never goes back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from handlers.actions.dedup.aliases import add_aliases
from handlers.actions.kinds import register
from handlers.actions.tags.defining import publish
from handlers.context import Context
from storage.database import Row
from storage.queries.editions import Editions, editions
from storage.repositories.rules import Draft
from storage.unit_of_work import UnitOfWork
from tests.unit.handlers.actions.tags.test_defining import metric
from tests.unit.handlers.actions.test_kinds import VISIT
from tests.unit.handlers.chat.test_rules import FILE, SEED
from tests.unit.handlers.company import MANAGER, Company, new_process


@dataclass
class Late:
    """A transaction whose server takes its time to answer."""

    tx: Any
    begun: asyncio.Event
    answered: asyncio.Event

    async def fetch(self, sql: str, *args: object) -> Sequence[Row]:
        rows: Sequence[Row] = await self.tx.fetch(sql, *args)
        self.begun.set()
        await self.answered.wait()
        return rows

    async def fetch_one(self, sql: str, *args: object) -> Row | None:
        rows = await self.fetch(sql, *args)
        return rows[0] if rows else None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.tx, name)


@dataclass(frozen=True)
class Followed:
    """Something that is published while the service runs, and how a process follows it."""

    put: Callable[[UnitOfWork, Context, str], Awaitable[object]]
    refresh: Callable[[Context, Any, Editions], Awaitable[object]]
    seen: Callable[[Context, str], bool]


async def put_rules(work: UnitOfWork, ctx: Context, name: str) -> None:
    text = SEED[FILE].replace('name = "默认评分"', f'name = "{name}"')
    draft = Draft(name, {**SEED, FILE: text}, ctx.rulebook.reader.frame, "cli")
    await work.rules.publish(await work.rules.add(draft, work.now), "cli", work.now)


async def put_kind(work: UnitOfWork, ctx: Context, name: str) -> object:
    return await register(work, ctx, replace(VISIT, label=name), MANAGER)


async def put_tag(work: UnitOfWork, ctx: Context, name: str) -> object:
    return await publish(work, ctx, metric(name, "次数(支付订单)"), MANAGER)


async def put_alias(work: UnitOfWork, ctx: Context, name: str) -> object:
    return await add_aliases(work, ctx, "甲乙丙丁科技", [name], MANAGER)


RULES = Followed(
    put_rules,
    lambda ctx, tx, told: ctx.rulebook.refresh(tx, told),
    lambda ctx, name: ctx.rules.whole.name == name,
)
KINDS = Followed(
    put_kind,
    lambda ctx, tx, told: ctx.kinds.refresh(tx, told),
    lambda ctx, name: ctx.events.label("visit") == name,
)
TAGS = Followed(
    put_tag,
    lambda ctx, tx, told: ctx.tag_keeper.refresh(tx, told),
    lambda ctx, name: name in ctx.tags.book.specs,
)
ALIASES = Followed(
    put_alias,
    lambda ctx, tx, told: ctx.aliases.refresh(tx, told),
    lambda ctx, name: name in {said.alias for said in ctx.aliases.said},
)


@pytest.fixture(
    params=[
        pytest.param(RULES, id="rules"),
        pytest.param(KINDS, id="kinds"),
        pytest.param(TAGS, id="tags"),
        pytest.param(ALIASES, id="aliases"),
    ]
)
def followed(request: pytest.FixtureRequest) -> Followed:
    found: Followed = request.param
    return found


async def publishes(company: Company, followed: Followed, name: str) -> None:
    async with company.store.unit_of_work(company.clock.now()) as work:
        await followed.put(work, company.ctx, name)
        await work.commit()


async def looks(company: Company, followed: Followed) -> None:
    async with company.store.unit_of_work(company.clock.now()) as work:
        await followed.refresh(company.ctx, work.tx, await editions(work.tx))
        await work.commit()


async def test_an_answer_that_comes_late_takes_nothing_back(
    company: Company, followed: Followed
) -> None:
    other = Company(company.store, company.clock, new_process())
    await publishes(other, followed, "第一版")
    async with company.store.looking(company.clock.now()) as work:
        late = Late(work.tx, asyncio.Event(), asyncio.Event())
        look = followed.refresh(company.ctx, late, await editions(work.tx))
        looking = asyncio.ensure_future(look)
        await late.begun.wait()
        await publishes(other, followed, "第二版")
        await looks(company, followed)
        assert followed.seen(company.ctx, "第二版")
        late.answered.set()
        await looking
    assert followed.seen(company.ctx, "第二版")


async def test_who_began_before_a_publication_takes_nothing_back(
    company: Company, followed: Followed
) -> None:
    other = Company(company.store, company.clock, new_process())
    await publishes(other, followed, "第一版")
    async with company.store.looking(company.clock.now()) as work:
        told = await editions(work.tx)
        await publishes(other, followed, "第二版")
        await looks(company, followed)
        await followed.refresh(company.ctx, work.tx, told)
    assert followed.seen(company.ctx, "第二版")
