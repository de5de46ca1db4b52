"""The gate of the HTTP API through the running service: signatures, replays, rates, keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest
import pytest_asyncio

from bot.clock import DrivenClock
from bot.demo import Demo, Place, demo, demo_environment
from bot.story import START
from domain.access import Scope
from handlers.web.api.gate import MOST_BYTES
from tests.acceptance.api_caller import Caller, caller
from tests.acceptance.command_line import clew, said

pytestmark = pytest.mark.asyncio(loop_scope="module")
TARGET = "/api/v1/key"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory, free_port: Callable[[], int]) -> Place:
    return Place(tmp_path_factory.mktemp("api"), port=free_port())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(place: Place) -> AsyncIterator[Demo]:
    async with demo(place, DrivenClock(START, is_running=False)) as both:
        yield both


@pytest_asyncio.fixture(loop_scope="module")
async def site(running: Demo) -> Caller:
    parts = running.service.parts
    return await caller(parts.store, running.service.address, START, Scope.LEADS_READ)


async def test_a_signed_call_gets_in(site: Caller) -> None:
    answer = await site.get(TARGET)
    assert answer.status == 200
    assert answer.body["system"] == "site"
    assert answer.body["scopes"] == ["leads:read"]
    assert answer.headers["Cache-Control"] == "no-store"


async def test_the_query_is_signed_too(site: Caller) -> None:
    signed = site.headers("GET", TARGET, b"")
    answer = await site.send("GET", f"{TARGET}?x=1", b"", signed)
    assert (answer.status, answer.code) == (401, "wrong_signature")
    assert (await site.get(f"{TARGET}?x=%E5%BC%A0&y=1+2")).status == 200


async def test_a_replayed_call_is_refused(site: Caller) -> None:
    signed = site.headers("GET", TARGET, b"")
    first = await site.send("GET", TARGET, b"", signed)
    again = await site.send("GET", TARGET, b"", signed)
    assert (first.status, again.status, again.code) == (200, 401, "replayed")
    assert "X-Clew-Nonce" in again.body["error"]["message"]


async def test_a_wrong_secret_is_refused(site: Caller) -> None:
    answer = await replace(site, secret="x").get(TARGET)
    assert (answer.status, answer.code) == (401, "wrong_signature")


async def test_an_unknown_key_is_refused(site: Caller) -> None:
    answer = await replace(site, word="ck_0000000000000000").get(TARGET)
    assert (answer.status, answer.code) == (401, "unknown_key")


@pytest.mark.parametrize("stamp", [str(int(START.timestamp()) + d) for d in (-301, 301)] + ["soon"])
async def test_a_clock_that_is_off_is_told_the_time(site: Caller, stamp: str) -> None:
    answer = await site.get(TARGET, stamp=stamp)
    assert (answer.status, answer.code) == (401, "clock_off")
    assert str(int(START.timestamp())) in answer.body["error"]["message"]


async def test_an_unsigned_call_is_told_what_is_missing(site: Caller) -> None:
    answer = await site.send("GET", TARGET, b"", {"X-Clew-Key": site.word})
    assert (answer.status, answer.code) == (401, "not_signed")
    message = answer.body["error"]["message"]
    assert "X-Clew-Timestamp、X-Clew-Nonce、X-Clew-Signature" in message


async def test_too_large_a_body_is_refused_before_it_is_read(site: Caller) -> None:
    answer = await site.send("GET", TARGET, b"x" * (MOST_BYTES + 1), {})
    assert (answer.status, answer.code) == (413, "body_too_large")


async def test_a_packed_body_is_refused(site: Caller) -> None:
    answer = await site.send("GET", TARGET, b"x", {"Content-Encoding": "gzip"})
    assert answer.status == 400


async def test_too_many_calls_are_told_when_to_come_again(running: Demo) -> None:
    parts = running.service.parts
    eager = await caller(parts.store, running.service.address, START, per_minute=2)
    answers = [await eager.get(TARGET) for _ in range(3)]
    assert [a.status for a in answers] == [200, 200, 429]
    assert answers[2].headers["Retry-After"] == "30"


async def test_keys_are_made_listed_and_revoked_beside_the_running_service(
    running: Demo, place: Place
) -> None:
    env = demo_environment(place, running.windows)
    made = await clew(
        "api-keys", "create", "落地页", "--system", "landing", "--scope", "leads:write", **env
    )
    assert made.status == 0
    word = next(w for w in made.out.split() if w.startswith("ck_"))
    secret = made.out.rsplit("：", 1)[1].strip()
    partner = Caller(running.service.address, word, secret, START)
    assert (await partner.get(TARGET)).body["name"] == "落地页"
    listed = await clew("api-keys", "list", **env)
    assert word in listed.out
    assert secret not in listed.out
    gone = await clew("api-keys", "revoke", word, **env)
    assert (gone.status, gone.out.strip()) == (0, said("api_keys.revoked", word=word))
    assert (await partner.get(TARGET)).code == "unknown_key"
    again = await clew("api-keys", "revoke", word, **env)
    assert (again.status, again.out.strip()) == (1, said("api_keys.not_revoked", word=word))


async def test_a_tracker_s_key_is_good_for_nothing_else(running: Demo, place: Place) -> None:
    env = demo_environment(place, running.windows)
    scopes = ("--scope", "collect", "--scope", "leads:read")
    told = await clew("api-keys", "create", "网站", *scopes, **env)
    assert (told.status, told.err.strip()) == (2, said("api_keys.mixed"))
