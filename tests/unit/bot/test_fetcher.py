from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.clock import DrivenClock
from bot.fetcher import LEASE, Fetcher
from bot.wecom.parse import parse
from domain.messages import Fetch, FetchKind
from handlers.updates import ExternalContactFetched, FetchRefused, KfMessage
from storage.fetches import Fetches
from storage.inbox import Claimed, Inbox
from tests.patience import until
from tests.unit.bot.loopback_platform import Platform

Asking = Callable[..., Awaitable[None]]
GET = "/cgi-bin/externalcontact/get"
GROUP = "/cgi-bin/externalcontact/groupchat/get"
SYNC = "/cgi-bin/kf/sync_msg"
CONTACT = Fetch(FetchKind.EXTERNAL_CONTACT, "wmcustomer00000001", "", 1_700_000_000_000_000)
CUSTOMER = {"external_contact": {"external_userid": "wmcustomer00000001", "name": "张三"}}
OTHER = "wmother00000001"
PULL = Fetch(FetchKind.KF_MESSAGES, "wk1", "", 1, "TOK")


async def arrived(inbox: Inbox, clock: DrivenClock) -> list[Claimed]:
    return await inbox.claim(1000, timedelta(minutes=1), clock.now())


def message(number: int, customer: str = "wmcustomer00000001") -> dict[str, Any]:
    return {
        "msgid": f"m{number}",
        "open_kfid": "wk1",
        "external_userid": customer,
        "send_time": 1_700_000_000 + number,
        "origin": 3,
        "msgtype": "text",
        "text": {"content": f"你好{number}"},
    }


async def test_an_answer_comes_in_through_the_inbox(
    fetcher: Fetcher, inbox: Inbox, platform: Platform, ask: Asking, clock: DrivenClock
) -> None:
    platform.on(GET, CUSTOMER)
    await ask(CONTACT)
    assert await fetcher.drain_once() == 1
    assert await fetcher.drain_once() == 0
    (row,) = await arrived(inbox, clock)
    assert (row.source, row.subject) == ("fetch:external_contact", "wmcustomer00000001")
    assert json.loads(row.payload) == {
        "kind": "external_contact",
        "subject": "wmcustomer00000001",
        "generation": 1_700_000_000_000_000,
        "account": "",
        "answer": CUSTOMER | {"follow_user": []},
    }
    update = parse(row.source, row.payload)
    assert isinstance(update, ExternalContactFetched)
    assert update.name == "张三"


@pytest.mark.parametrize(
    ("fetch", "path"),
    [
        (Fetch(FetchKind.GROUP_CHAT, "wr1", "", 1), GROUP),
        (Fetch(FetchKind.KF_CUSTOMER, "wm1", "wk1", 1), "/cgi-bin/kf/customer/batchget"),
        (Fetch(FetchKind.EMPLOYEE, "LiLei", "", 1), "/cgi-bin/user/get"),
        (Fetch(FetchKind.MP_USER, "gh_1:o1", "gh_1", 1), "/cgi-bin/user/info"),
    ],
    ids=lambda value: value.kind.value if isinstance(value, Fetch) else "-",
)
async def test_every_kind_has_its_call(
    fetcher: Fetcher, platform: Platform, ask: Asking, fetch: Fetch, path: str
) -> None:
    await ask(fetch)
    await fetcher.drain_once()
    assert len(platform.calls(path)) == 1


async def test_a_burst_is_one_question_with_the_newest_generation(
    fetcher: Fetcher, inbox: Inbox, platform: Platform, ask: Asking, clock: DrivenClock
) -> None:
    for generation in (3, 1, 5, 2):
        await ask(Fetch(FetchKind.GROUP_CHAT, "wr1", "", generation))
    await fetcher.drain_once()
    assert len(platform.calls(GROUP)) == 1
    (row,) = await arrived(inbox, clock)
    assert json.loads(row.payload)["generation"] == 5


async def test_a_newer_request_during_the_call_asks_again(
    fetcher: Fetcher, inbox: Inbox, platform: Platform, ask: Asking, clock: DrivenClock
) -> None:
    platform.gate = asyncio.Event()
    await ask(Fetch(FetchKind.GROUP_CHAT, "wr1", "", 1))
    draining = asyncio.create_task(fetcher.drain_once())
    await until(lambda: bool(platform.calls(GROUP)))
    await ask(Fetch(FetchKind.GROUP_CHAT, "wr1", "", 2))
    platform.gate.set()
    await draining
    generations = {json.loads(row.payload)["generation"] for row in await arrived(inbox, clock)}
    generations |= {json.loads(row.payload)["generation"] for row in await arrived(inbox, clock)}
    assert len(platform.calls(GROUP)) == 2
    assert 2 in generations


async def test_a_refusal_is_passed_on_and_shown(
    fetcher: Fetcher,
    fetches: Fetches,
    inbox: Inbox,
    platform: Platform,
    ask: Asking,
) -> None:
    platform.on(GET, {"errcode": 84061, "errmsg": "not external contact"})
    await ask(CONTACT)
    await fetcher.drain_once()
    (failed,) = await fetches.failed(10)
    assert failed.error.startswith("relation_gone: relation_gone ×1")
    (row,) = await inbox.claim(10, LEASE, failed.asked_at)
    update = parse(row.source, row.payload)
    assert isinstance(update, FetchRefused)
    assert update.errcode == 84061


async def test_a_used_up_rate_lets_the_whole_endpoint_rest_and_no_other(
    fetcher: Fetcher, platform: Platform, ask: Asking, clock: DrivenClock
) -> None:
    platform.on(GET, {"errcode": 45009, "errmsg": "freq"}, CUSTOMER, CUSTOMER)
    await ask(CONTACT)
    await fetcher.drain_once()
    await ask(Fetch(FetchKind.EXTERNAL_CONTACT, "wm2", "", 1))
    await ask(Fetch(FetchKind.GROUP_CHAT, "wr1", "", 1))
    await fetcher.drain_once()
    assert (len(platform.calls(GET)), len(platform.calls(GROUP))) == (1, 1)
    clock.advance(timedelta(seconds=90))
    await fetcher.drain_once()
    assert len(platform.calls(GET)) == 3


async def test_a_rest_outlives_the_process(
    fetcher: Fetcher, restarted: Fetcher, platform: Platform, ask: Asking, clock: DrivenClock
) -> None:
    platform.on(GET, {"errcode": 45009, "errmsg": "freq"}, CUSTOMER, CUSTOMER)
    await ask(CONTACT)
    await fetcher.drain_once()
    await ask(Fetch(FetchKind.EXTERNAL_CONTACT, "wm2", "", 1))
    await restarted.drain_once()
    assert len(platform.calls(GET)) == 1
    clock.advance(timedelta(seconds=90))
    await restarted.drain_once()
    assert len(platform.calls(GET)) == 3


@pytest.mark.parametrize("code", [-1, 45033, 45009, 60020])
async def test_a_passing_refusal_is_asked_again_later(
    fetcher: Fetcher, platform: Platform, ask: Asking, clock: DrivenClock, code: int
) -> None:
    platform.on(GET, {"errcode": code, "errmsg": "later"}, CUSTOMER)
    await ask(CONTACT)
    await fetcher.drain_once()
    assert len(platform.calls(GET)) == 1
    clock.advance(timedelta(seconds=90))
    await fetcher.drain_once()
    assert len(platform.calls(GET)) == 2


async def test_a_platform_that_stays_away_is_shown_in_the_end(
    fetcher: Fetcher, fetches: Fetches, platform: Platform, ask: Asking, clock: DrivenClock
) -> None:
    platform.always[GET] = {"errcode": -1, "errmsg": "busy"}
    await ask(CONTACT)
    for _ in range(6):
        await fetcher.drain_once()
        clock.advance(timedelta(minutes=5))
    assert len(platform.calls(GET)) == 4
    assert len(await fetches.failed(10)) == 1


async def test_an_account_is_read_to_its_end_page_by_page(
    fetcher: Fetcher, inbox: Inbox, platform: Platform, ask: Asking, clock: DrivenClock
) -> None:
    platform.on(
        SYNC,
        {
            "next_cursor": "C1",
            "has_more": 1,
            "msg_list": [message(1), message(2, OTHER)],
        },
        {"next_cursor": "C2", "has_more": 1, "msg_list": []},
        {"next_cursor": "C3", "has_more": 0, "msg_list": [message(3)]},
    )
    await ask(PULL)
    await fetcher.drain_once()
    assert [asked.json["cursor"] for asked in platform.calls(SYNC)] == ["", "C1", "C2"]
    assert {asked.json["token"] for asked in platform.calls(SYNC)} == {"TOK"}
    assert await inbox.cursor("kf:wk1") == "C3"
    rows = await arrived(inbox, clock)
    assert {row.subject for row in rows} == {"wmcustomer00000001", OTHER}
    first = parse(rows[0].source, rows[0].payload)
    assert isinstance(first, KfMessage)
    assert (rows[0].source, first.msgid) == ("kf:wk1", "m1")


async def test_the_next_pull_goes_on_where_the_last_one_ended(
    fetcher: Fetcher, platform: Platform, ask: Asking
) -> None:
    platform.always[SYNC] = {"next_cursor": "C1", "has_more": 0, "msg_list": [message(1)]}
    await ask(PULL)
    await fetcher.drain_once()
    await ask(Fetch(FetchKind.KF_MESSAGES, "wk1", "", 2, "TOK2"))
    await fetcher.drain_once()
    assert [asked.json["cursor"] for asked in platform.calls(SYNC)] == ["", "C1"]


async def test_a_message_pulled_twice_arrives_once(
    fetcher: Fetcher, inbox: Inbox, platform: Platform, ask: Asking
) -> None:
    platform.always[SYNC] = {"next_cursor": "", "has_more": 0, "msg_list": [message(1)]}
    for generation in range(1, 4):
        await ask(Fetch(FetchKind.KF_MESSAGES, "wk1", "", generation, "TOK"))
        await fetcher.drain_once()
    assert sum((await inbox.counts()).values()) == 1


async def test_a_page_that_fails_leaves_the_pages_before_it_stored(
    fetcher: Fetcher, inbox: Inbox, platform: Platform, ask: Asking, clock: DrivenClock
) -> None:
    platform.on(
        SYNC,
        {"next_cursor": "C1", "has_more": 1, "msg_list": [message(1)]},
        {"errcode": 45033, "errmsg": "concurrency"},
        {"next_cursor": "C2", "has_more": 0, "msg_list": [message(2)]},
    )
    await ask(PULL)
    await fetcher.drain_once()
    assert await inbox.cursor("kf:wk1") == "C1"
    clock.advance(timedelta(seconds=5))
    await fetcher.drain_once()
    assert platform.calls(SYNC)[-1].json["cursor"] == "C1"
    assert sum((await inbox.counts()).values()) == 2


async def test_a_pull_token_that_is_over_is_left_out(
    fetcher: Fetcher, inbox: Inbox, platform: Platform, ask: Asking
) -> None:
    platform.on(
        SYNC,
        {"errcode": 95007, "errmsg": "invalid msg token"},
        {"next_cursor": "C1", "has_more": 0, "msg_list": [message(1)]},
    )
    await ask(PULL)
    await fetcher.drain_once()
    assert ["token" in asked.json for asked in platform.calls(SYNC)] == [True, False]
    assert await inbox.cursor("kf:wk1") == "C1"


async def test_a_cursor_that_stands_still_is_not_asked_for_ever(
    fetcher: Fetcher, fetches: Fetches, platform: Platform, ask: Asking
) -> None:
    platform.always[SYNC] = {"next_cursor": "", "has_more": 1, "msg_list": []}
    await ask(PULL)
    await fetcher.drain_once()
    assert len(platform.calls(SYNC)) == 3
    assert await fetches.counts() == {"open": 1, "failed": 0}


async def test_an_account_is_pulled_by_one_at_a_time(
    fetcher: Fetcher, platform: Platform, ask: Asking
) -> None:
    platform.gate = asyncio.Event()
    platform.always[SYNC] = {"next_cursor": "C1", "has_more": 0, "msg_list": []}
    running = asyncio.create_task(fetcher.run())
    for generation in range(1, 5):
        await ask(Fetch(FetchKind.KF_MESSAGES, "wk1", "", generation, "TOK"))
        fetcher.wake()
        await until(lambda: platform.calls(SYNC))
    platform.gate.set()
    await until(lambda: not fetcher.is_busy)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert platform.calls(SYNC)
    assert platform.most_running == 1


async def test_a_crash_before_the_end_asks_again_and_changes_nothing(
    fetcher: Fetcher,
    fetches: Fetches,
    inbox: Inbox,
    platform: Platform,
    crashed_after_answer: Callable[[], Awaitable[None]],
) -> None:
    platform.always[GET] = CUSTOMER
    await crashed_after_answer()
    await fetcher.drain_once()
    assert len(platform.calls(GET)) == 2
    assert sum((await inbox.counts()).values()) == 1
    assert await fetches.counts() == {"open": 0, "failed": 0}


@pytest.fixture
def crashed_after_answer(
    fetcher: Fetcher,
    fetches: Fetches,
    ask: Asking,
    clock: DrivenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[], Awaitable[None]]:
    """Return a function that stores an answer and dies before the row is finished."""

    async def die(_row: object) -> bool:
        return False

    async def play() -> None:
        await ask(CONTACT)
        with monkeypatch.context() as patch:
            patch.setattr(fetches, "finish", die)
            await fetcher.drain_once()
        clock.advance(LEASE + timedelta(seconds=1))

    return play


async def test_a_defect_stops_nobody_else_and_is_shown(
    fetcher: Fetcher,
    fetches: Fetches,
    platform: Platform,
    ask: Asking,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def broken(_self: object, _external_userid: str) -> dict[str, object]:
        raise ZeroDivisionError

    monkeypatch.setattr("bot.wecom.client.contact.ContactApi.get", broken)
    await ask(CONTACT, Fetch(FetchKind.GROUP_CHAT, "wr1", "", 1))
    await fetcher.drain_once()
    (failed,) = await fetches.failed(10)
    assert failed.error.startswith("defect: ZeroDivisionError")
    assert len(platform.calls(GROUP)) == 1
