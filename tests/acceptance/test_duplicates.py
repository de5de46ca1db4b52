"""Somebody comes in again, over the wire: each of the six treatments, and what people see."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

import bot.demo
from bot.clock import DrivenClock
from bot.dedup_hook import MOMENT, SIGNATURE, sign
from bot.demo import Place, demo
from bot.story.reading import shown
from bot.story.script import GROUP, HAN_MEIMEI, LI_LEI, ZHANG_SAN, accept, ask, enrich, offer, scan
from bot.story.stage import START, Stage
from config.texts import SHIPPED, load_texts

SECRET = "a-secret-of-thirty-two-characters"
TEXTS = load_texts()
#: How a text begins that tells of a lead that came again.
AGAIN = "又从"
Open = Callable[..., Awaitable[Stage]]


def tables(folder: Path, then: str) -> Path:
    """Write a table in which every rule ends in one treatment."""
    text = (SHIPPED / "dedup.toml").read_text(encoding="utf-8")
    tag = '\ntag = "重复进线"' if then == "tag" else ""
    folder.mkdir()
    changed = re.sub(r'^then = "follow"$', f'then = "{then}"{tag}', text, flags=re.MULTILINE)
    (folder / "dedup.toml").write_text(changed, encoding="utf-8")
    return folder


@pytest.fixture
async def opened(
    tmp_path: Path, free_port: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Open]:
    """Yield what opens a company whose rep took 张三, four days ago."""
    plain = bot.demo.demo_environment
    async with AsyncExitStack() as stack:

        async def open_company(then: str, hook: str = "") -> Stage:
            own = {"CLEW_TABLES_DIR": str(tables(tmp_path / "tables", then))}
            if hook:
                own |= {"CLEW_DEDUP_HOOK_URL": hook, "CLEW_DEDUP_HOOK_SECRET": SECRET}
            monkeypatch.setattr(bot.demo, "demo_environment", lambda p, w: plain(p, w) | own)
            clock = DrivenClock(START, is_running=False)
            place = Place(tmp_path / "data", port=free_port())
            stage = Stage(await stack.enter_async_context(demo(place, clock)), clock, TEXTS.get)
            for step in (scan, ask, enrich, offer, accept):
                await step(stage)
            clock.advance(timedelta(days=4))
            await stage.quiet()
            return stage

        yield open_company


async def comes_again(stage: Stage) -> None:
    await stage.demo.sim.join_group(ZHANG_SAN, GROUP)
    await stage.quiet()


async def rows(stage: Stage, sql: str) -> list[Any]:
    return list(await stage.demo.service.parts.database.look(sql))


def told_again(stage: Stage, userid: str = LI_LEI) -> list[str]:
    return [shown(m) for m in stage.app_window(userid) if AGAIN in shown(m)]


async def test_a_the_owner_is_told(opened: Open) -> None:
    stage = await opened("follow")
    await comes_again(stage)
    assert len(told_again(stage)) == 1
    assert [r["owner"] for r in await rows(stage, "select owner from lead")] == [LI_LEI]


async def test_b_what_nobody_has_is_offered_by_the_normal_rules(opened: Open) -> None:
    stage = await opened("assign")
    async with stage.demo.service.parts.database.write() as tx:
        await tx.execute("update lead set owner = null, stage = 'dormant', accepted_at = null")
    before = len(stage.app_window(LI_LEI)) + len(stage.app_window(HAN_MEIMEI))
    await comes_again(stage)
    (lead,) = await rows(stage, "select owner, stage from lead")
    assert lead["owner"] in {LI_LEI, HAN_MEIMEI}
    assert lead["stage"] == "following"
    assert len(stage.app_window(LI_LEI)) + len(stage.app_window(HAN_MEIMEI)) == before + 1


async def test_c_both_leads_are_kept_and_linked(opened: Open) -> None:
    stage = await opened("link")
    await comes_again(stage)
    source, gathered = await rows(stage, "select id, stage from lead order by id")
    (link,) = await rows(stage, "select from_id, to_id from lead_link")
    assert (link["from_id"], link["to_id"]) == (gathered["id"], source["id"])
    assert (source["stage"], gathered["stage"]) == ("following", "invalid")
    assert told_again(stage) == []


async def test_d_the_customers_rep_gets_the_lead_and_the_former_owner_is_told(
    opened: Open,
) -> None:
    stage = await opened("update")
    await stage.demo.sim.delete_rep(ZHANG_SAN, LI_LEI)
    await stage.quiet()
    stage.demo.sim.friends.add_by_phone(ZHANG_SAN, HAN_MEIMEI)
    await stage.quiet()
    assert [r["owner"] for r in await rows(stage, "select owner from lead")] == [HAN_MEIMEI]
    assert "韩梅梅" in told_again(stage)[0]
    (line,) = await rows(stage, "select * from ownership where reason = 'customer_owner'")
    assert (line["from_owner"], line["to_owner"]) == (LI_LEI, HAN_MEIMEI)


async def test_e_it_is_only_tagged(opened: Open) -> None:
    stage = await opened("tag")
    await comes_again(stage)
    found = await rows(stage, "select name from tagging where source = 'list'")
    assert [r["name"] for r in found] == ["重复进线"]
    assert told_again(stage) == []


@asynccontextmanager
async def hook(answer: dict[str, str] | None) -> AsyncIterator[tuple[str, list[dict[str, Any]]]]:
    """Serve a hook that checks signatures; without an answer it is out of order."""
    asked: list[dict[str, Any]] = []

    async def decide(request: web.Request) -> web.Response:
        body = await request.read()
        expected = sign(SECRET.encode(), request.headers[MOMENT], body)
        assert request.headers[SIGNATURE] == expected
        asked.append(msgspec.json.decode(body))
        return web.json_response(answer) if answer else web.Response(status=500)

    app = web.Application()
    app.router.add_post("/duplicate", decide)
    async with TestServer(app) as server:
        yield str(server.make_url("/duplicate")), asked


async def test_f_the_customers_own_system_decides(opened: Open) -> None:
    async with hook({"then": "link"}) as (address, asked):
        stage = await opened("hook", address)
        await comes_again(stage)
        await stage.quiet()
        (question,) = asked
        assert (question["type"], question["rule"]) == ("duplicate", "same_identity")
        assert "139" not in str(question.get("phone", ""))
        assert len(await rows(stage, "select id from lead_link")) == 1
        stage.clock.advance(timedelta(minutes=10))
        await stage.quiet()
        assert told_again(stage) == [], "time decides nothing any more"


async def test_f_without_an_answer_the_fallback_happens_once(opened: Open) -> None:
    async with hook(None) as (address, asked):
        stage = await opened("hook", address)
        await comes_again(stage)
        assert asked
        assert told_again(stage) == []
        stage.clock.advance(timedelta(minutes=6))
        await stage.quiet()
        assert len(told_again(stage)) == 1
