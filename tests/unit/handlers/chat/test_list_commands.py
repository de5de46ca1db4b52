"""拉黑 and 移出黑名单: by contact or by name, once, by who may."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.list_sweeper import ListSweeper
from bot.lists import ListKeeper
from config.lists import FILES, ListFiles
from domain.lead import Stage
from domain.screening.lists import ListName
from domain.screening.words import WordOptions
from domain.values import ContactKey, IdentityKind, Refusal
from handlers.actions.listing import put_on_list
from handlers.running import RunningLists
from storage.lists import add_people, begin_version, publish
from tests.unit.handlers import acts
from tests.unit.handlers.company import LI_LEI, MANAGER, TEXTS, Company, words
from tests.unit.handlers.newcomers import Newcomer, comes_in

PHONE, MASKED = "+8613900000001", "139****0001"
KEY = ContactKey(IdentityKind.PHONE, PHONE)
Say = Callable[..., Awaitable[str]]


@pytest.fixture
async def keeper(company: Company, tmp_path: Path) -> ListKeeper:
    store = company.store
    company.ctx = replace(company.ctx, lists=RunningLists())
    made = ListKeeper(
        store.database,
        store.vault,
        ListFiles(tmp_path, TEXTS),
        WordOptions(),
        company.clock,
        company.ctx.lists,
    )
    await made.load()
    return made


@pytest.fixture
async def said(company: Company, keeper: ListKeeper) -> Say:
    """Return what says something, lets the lists be loaded and swept, and returns the answer."""
    sweeper = ListSweeper(company.store, company.ctx, company.clock, None)

    async def say(text: str, by: str = MANAGER) -> str:
        await company.receives(acts.said(text, by))
        await keeper.refresh()
        await sweeper.sweep_if_due()
        return (await company.texts(by))[-1]

    return say


def label(name: str) -> str:
    return words(f"list_name.{name}")


@pytest.mark.parametrize("who", ["13900000001", "139 0000 0001", "张三"])
async def test_a_customer_is_put_aside_and_let_go_on(company: Company, said: Say, who: str) -> None:
    await comes_in(company, Newcomer(PHONE, "张三"))
    before = (await company.lead()).stage
    told = await said(f"拉黑 {who}")
    name = f"张三 {MASKED}" if who == "张三" else MASKED
    assert told == words("listed.added", who=name, list=label("black"))
    assert (await company.lead()).invalid_reason == "blacklisted"
    assert await said(f"拉黑 {who}") == words("refusals.listed_already")
    told = await said(f"移出黑名单 {who}")
    assert told == words("listed.removed", who=name, list=label("black"))
    assert (await company.lead()).stage is before
    assert await said(f"移出黑名单 {who}") == words("refusals.not_listed")


async def test_what_is_stored_decides_not_what_runs_for_some_seconds_more(
    company: Company, said: Say
) -> None:
    await said("拉黑 13900000001")
    for text, told in (
        ("移出黑名单 13900000001", "listed.removed"),
        ("拉黑 13900000001", "listed.added"),
        ("拉黑 13900000001", "refusals.listed_already"),
        ("移出黑名单 13900000001", "listed.removed"),
        ("移出黑名单 13900000001", "refusals.not_listed"),
    ):
        await company.receives(acts.said(text, MANAGER))
        answer = (await company.texts(MANAGER))[-1]
        assert answer == words(told, who=MASKED, list=label("black"))
    assert await company.count("list_entry") == 0


async def test_who_left_nothing_to_be_known_by_is_put_on_no_list(company: Company) -> None:
    async with company.store.unit_of_work(company.clock.now()) as work:
        refusal = await put_on_list(work, company.ctx, ListName.BLACK, ())
    assert refusal == Refusal("nothing_to_list")


async def test_somebody_unknown_may_be_put_on_a_list_beforehand(
    company: Company, said: Say
) -> None:
    await said("加入红名单 13900000001")
    assert words("listed.added", who=MASKED, list=label("red")) in await company.texts(MANAGER)
    await comes_in(company, Newcomer(PHONE, "张三"))
    (row,) = await company.rows("select reason, verdict from objection")
    assert (row["reason"], row["verdict"]) == ("red_listed", "hold")
    assert (await company.lead()).stage is not Stage.INVALID
    assert "1 条" in await said("红名单")
    assert "0 条" in await said("黑名单")


async def test_what_was_said_survives_an_import_and_leaves_it(
    company: Company, keeper: ListKeeper, said: Say
) -> None:
    await said("拉黑 13900000001")
    other = ContactKey(IdentityKind.PHONE, "+8613900000002")
    async with company.store.database.write() as tx:
        ids, vault = company.store.ids, company.store.vault
        version = await begin_version(tx, ids, ListName.BLACK, "peers.txt", company.clock.now())
        await add_people(tx, vault, ids, version, [other])
        published = await publish(tx, version)
    assert published is not None
    assert published.number == 1
    await keeper.refresh()
    assert "2 条" in await said("黑名单")
    await said("移出黑名单 13900000002")
    assert "1 条" in await said("黑名单")
    vault = company.store.vault
    assert company.ctx.lists.current.is_black(vault.blinds(KEY.kind, KEY.value).values())


async def test_what_stands_in_the_file_is_taken_out_of_the_file(said: Say, tmp_path: Path) -> None:
    (tmp_path / FILES[ListName.BLACK]).write_text("13900000001\n", encoding="utf-8")
    assert await said("拉黑 13900000002")
    assert await said("移出黑名单 13900000001") == words("refusals.listed_in_file")
    assert await said("拉黑 13900000001") == words("refusals.listed_already")


@pytest.mark.parametrize("typed", ["拉黑 没有这个人", "移出黑名单 没有这个人"])
async def test_whom_nobody_knows_is_asked_for(company: Company, said: Say, typed: str) -> None:
    assert "没有这个人" in await said(typed)
    assert await company.count("list_entry") == 0


async def test_a_rep_changes_no_list(company: Company, said: Say) -> None:
    assert await said("拉黑 13900000001", LI_LEI) == words("command.not_allowed")
    assert await said("移出黑名单") == words("listed.nobody")
    assert await company.count("list_entry") == 0
