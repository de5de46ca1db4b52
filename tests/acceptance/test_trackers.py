"""Unmodified SDKs of 神策 and Segment post to the running service."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from segment.analytics.client import Client
from sensorsanalytics.sdk import (
    BatchConsumer,
    DebugConsumer,
    DefaultConsumer,
    SensorsAnalytics,
    SensorsAnalyticsDebugException,
    SensorsAnalyticsIdentity,
)

from bot.clock import DrivenClock
from bot.demo import Place, demo
from bot.service import Service
from domain.access import Scope
from handlers.web.collect.sensors import PIXEL, java_hash
from storage.api_keys import ApiKeys, KeyWish
from tests.services import node

PHONE = "13926417835"


@dataclass(frozen=True)
class Shop:
    """The service, and the write key of a shop's trackers."""

    service: Service
    word: str

    @property
    def url(self) -> str:
        return f"{self.service.address}/collect/sa?project=leads&token={self.word}"

    async def rows(self, sql: str) -> list[Any]:
        await self.service.settle()
        return [dict(row) for row in await self.service.parts.database.look(sql)]

    async def kinds(self) -> list[str]:
        rows = await self.rows("select kind from event order by event_at, id")
        return [row["kind"] for row in rows]

    async def people(self) -> int:
        rows = await self.rows("select count(distinct root_id) as n from person")
        return int(rows[0]["n"])


@pytest.fixture(
    params=[
        pytest.param("migrated_sqlite_url", id="sqlite"),
        pytest.param("migrated_postgres_url", id="postgres", marks=pytest.mark.postgres),
    ]
)
def any_url(request: pytest.FixtureRequest) -> str:
    found: str = request.getfixturevalue(request.param)
    return found


async def opened(url: str, folder: Path) -> AsyncIterator[Shop]:
    clock = DrivenClock(datetime.now(UTC), is_running=True)
    async with demo(Place(folder / "data", database_url=url), clock) as both:
        parts = both.service.parts
        keys = ApiKeys(parts.database, parts.store.vault, parts.store.ids)
        wish = KeyWish("商城", "shop", frozenset({Scope.COLLECT}), 100_000)
        key, _ = await keys.issue(wish, clock.now())
        yield Shop(both.service, key.word)


@pytest.fixture
async def any_shop(any_url: str, tmp_path: Path) -> AsyncIterator[Shop]:
    async for shop in opened(any_url, tmp_path):
        yield shop


@pytest.fixture
async def shop(migrated_sqlite_url: str, tmp_path: Path) -> AsyncIterator[Shop]:
    async for shop in opened(migrated_sqlite_url, tmp_path):
        yield shop


async def told_of(shop: Shop) -> list[dict[str, str]]:
    """Return the attributes of everybody of whom there are some."""
    rows = await shop.rows("select attributes from person where attributes <> '{}'")
    return [{n: fact[0] for n, fact in json.loads(row["attributes"]).items()} for row in rows]


def next_millisecond() -> None:
    """Let the clock move on: of what was said in one millisecond nobody knows what came first."""
    began = time.time_ns() // 1_000_000
    while time.time_ns() // 1_000_000 == began:
        pass


async def test_the_python_sdk_of_sensors(any_shop: Shop) -> None:
    shop = any_shop

    def visit() -> None:
        sa = SensorsAnalytics(BatchConsumer(shop.url, max_size=4), project_name="leads")
        sa.track("anon-1", "ViewPricePage", {"course": "三年级数学", "price": 2980, "trial": False})
        sa.track_signup("u-8812", "anon-1", {"$utm_source": "sem"})
        sa.profile_set("u-8812", {"$city": "杭州", "phone": PHONE, "vip": True}, is_login_id=True)
        sa.profile_set_once("u-8812", {"first_course": "数学"}, is_login_id=True)
        next_millisecond()
        sa.profile_set_once("u-8812", {"first_course": "英语"}, is_login_id=True)
        sa.profile_append("u-8812", {"interest": ["数学", "奥数"]}, is_login_id=True)
        next_millisecond()
        sa.profile_append("u-8812", {"interest": ["数学", "英语"]}, is_login_id=True)
        sa.profile_increment("u-8812", {"visits": 2}, is_login_id=True)
        sa.profile_increment("u-8812", {"visits": 3}, is_login_id=True)
        sa.profile_set("u-8812", {"old": "x"}, is_login_id=True)
        next_millisecond()
        sa.profile_unset("u-8812", ["old"], is_login_id=True)
        sa.track("u-8812", "UnheardOf", {"x": 1}, is_login_id=True)
        sa.item_set("course", "c1", {"name": "数学"})
        sa.flush()
        sa.close()

    await asyncio.to_thread(visit)
    assert set(await shop.kinds()) >= {"view_price", "sign_up", "lead_created"}
    assert await shop.people() == 1
    (told,) = await told_of(shop)
    assert told == {
        "city": "杭州",
        "vip": "是",
        "first_course": "数学",
        "interest": "数学、奥数、英语",
        "visits": "5",
        "old": "",
    }
    (lead,) = await shop.rows("select first_channel from lead")
    assert lead["first_channel"] == "sem"
    identities = await shop.rows("select kind, is_verified from identity")
    assert {row["kind"] for row in identities} == {"uid", "phone"}
    assert not any(row["is_verified"] for row in identities)
    unknown = await shop.rows("select kind, source from held_event")
    assert unknown == [{"kind": "UnheardOf", "source": f"sensors:{shop.word}"}]
    stored = await shop.rows("select properties from event where kind = 'view_price'")
    assert json.loads(stored[0]["properties"])["product"] == "三年级数学"


async def test_bound_identities_are_one_person_until_they_are_unbound(any_shop: Shop) -> None:
    shop = any_shop
    login = SensorsAnalyticsIdentity(SensorsAnalyticsIdentity.LOGIN_ID, "u-1")
    mobile = SensorsAnalyticsIdentity(SensorsAnalyticsIdentity.MOBILE, PHONE)
    cookie = SensorsAnalyticsIdentity("$identity_cookie_id", "c1")

    def act(*names: str) -> None:
        sa = SensorsAnalytics(DefaultConsumer(shop.url))
        for name in names:
            if name == "bind":
                sa.bind(login, mobile, cookie)
            elif name == "unbind":
                sa.unbind(cookie)
            else:
                sa.track_by_id(name, {}, cookie)
        sa.close()

    await asyncio.to_thread(act, "ViewPricePage")
    await shop.service.settle()
    await asyncio.to_thread(act, "bind")
    assert await shop.people() == 1
    await asyncio.to_thread(act, "unbind")
    await shop.service.settle()
    await asyncio.to_thread(act, "ViewPricePage")
    assert await shop.people() == 2
    kinds = await shop.kinds()
    assert {"id_bound", "id_unbound"} <= set(kinds)
    assert kinds.count("view_price") == 2


async def test_two_logins_on_one_device_stay_two_people(shop: Shop) -> None:
    def act() -> None:
        sa = SensorsAnalytics(DefaultConsumer(shop.url))
        sa.track_signup("u-1", "tablet")
        sa.track_signup("u-2", "tablet")
        sa.profile_set("u-1", {"phone": PHONE}, is_login_id=True)
        sa.profile_set("u-2", {"phone": PHONE}, is_login_id=True)
        sa.close()

    await asyncio.to_thread(act)
    assert await shop.people() == 2
    reviews = await shop.rows("select reason from review")
    assert reviews == [{"reason": "tracker_claim"}]


async def test_a_tracker_never_speaks_for_a_proven_person(shop: Shop) -> None:
    def act() -> None:
        sa = SensorsAnalytics(DefaultConsumer(shop.url))
        for number, unionid in enumerate(("oUnion1", "oUnion1")):
            sa.bind(
                SensorsAnalyticsIdentity(SensorsAnalyticsIdentity.LOGIN_ID, f"u-{number}"),
                SensorsAnalyticsIdentity("$identity_mp_unionid", unionid),
            )
        sa.close()

    await asyncio.to_thread(act)
    rows = await shop.rows("select is_verified from identity where kind = 'unionid'")
    assert [bool(row["is_verified"]) for row in rows] == [False]
    assert await shop.people() == 2


async def test_debug_mode_says_what_is_wrong_and_a_dry_run_stores_nothing(shop: Shop) -> None:
    def checked(*, write: bool) -> None:
        sa = SensorsAnalytics(DebugConsumer(shop.url, write_data=write))
        sa.track("anon-1", "ViewPricePage", {})
        sa.close()

    await asyncio.to_thread(checked, write=False)
    assert await shop.kinds() == []
    await asyncio.to_thread(checked, write=True)
    assert await shop.kinds() == ["view_price"]
    wrong = DebugConsumer(shop.url)
    with pytest.raises(SensorsAnalyticsDebugException):
        await asyncio.to_thread(wrong.send, '{"type": "track", "distinct_id": "a"}')


NODE = """
const SensorsAnalytics = require('sa-sdk-node');
const sa = new SensorsAnalytics();
sa.submitTo({ url: process.env.URL, gzip: process.env.GZIP === '1', mode: process.env.MODE });
sa.track('anon-9', 'ViewPricePage', { course: '五年级英语', price: 3980 });
sa.trackSignup('u-9001', 'anon-9', {});
sa.profileSet('u-9001', { grade: '五年级' });
"""


@pytest.mark.skipif(not node.has_node(), reason=node.MISSING)
@pytest.mark.parametrize(("packed", "mode"), [("1", "track"), ("0", "track"), ("1", "debug")])
async def test_the_node_sdk_of_sensors(shop: Shop, packed: str, mode: str) -> None:
    folder = await asyncio.to_thread(node.package, "sa-sdk-node", "1.2.6")
    await node.run(NODE, folder, URL=shop.url, GZIP=packed, MODE=mode)
    assert set(await shop.kinds()) == {"view_price", "sign_up", "lead_created", "stage_changed"} | (
        set(await shop.kinds()) & {"lead_enriched"}
    )
    assert await shop.people() == 1


async def test_the_python_library_of_segment(any_shop: Shop) -> None:
    shop = any_shop
    faults: list[Exception] = []

    def visit(packed: bool) -> None:
        host = f"{shop.service.address}/collect/segment"
        client = Client(
            shop.word,
            host=host,
            gzip=packed,
            max_retries=1,
            on_error=lambda error, _items: faults.append(error),
        )
        client.page(None, "Docs", "三年级数学", {"url": "/price"}, anonymous_id="a1")
        client.track("u-1", "Pricing Viewed", {"course": "数学", "coupon": {"id": 7}})
        client.identify("u-1", {"firstName": "张三", "phone": PHONE}, anonymous_id="a1")
        client.group("u-1", "g1", {"name": "纷扬科技", "employees": 20})
        client.alias("a2", "u-1")
        client.screen("u-1", None, "Home", {})
        client.shutdown()

    await asyncio.to_thread(visit, packed=False)
    await asyncio.to_thread(visit, packed=True)
    assert faults == []
    kinds = await shop.kinds()
    assert (kinds.count("view_page"), kinds.count("view_price")) == (4, 2)
    assert await shop.people() == 1
    (told,) = await told_of(shop)
    assert told == {"name": "张三", "company": "纷扬科技", "company_size": "20"}
    assert PHONE not in json.dumps(await shop.rows("select properties from event"))


async def post(url: str, data: Any, **headers: str) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=data, headers=headers) as response,
    ):
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        return response.status, await response.text()


def packed(*records: object) -> str:
    return base64.b64encode(gzip.compress(json.dumps(records).encode())).decode()


RECORD = {"type": "track", "event": "ViewPricePage", "distinct_id": "a1", "time": 1772416800000}


async def test_a_page_may_ask_for_a_pixel(shop: Shop) -> None:
    data = base64.b64encode(json.dumps(RECORD).encode()).decode()
    query = urlencode({"data": data, "ext": f"crc={java_hash(data)}"})
    async with aiohttp.ClientSession() as session:
        for path in ("sa", "sa.gif"):
            url = shop.url.replace("/sa?", f"/{path}?")
            async with session.get(f"{url}&{query}") as response:
                assert response.status == 200
                assert await response.read() == PIXEL
        async with session.options(shop.url) as response:
            assert response.status == 204
    # The same record twice is one event.
    assert (await shop.kinds()).count("view_price") == 1


async def test_a_repeated_batch_is_stored_once(shop: Shop) -> None:
    again = RECORD | {"_flush_time": 1772416801000}
    for record in (RECORD, again, RECORD):
        assert (await post(shop.url, {"data_list": packed(record), "gzip": "1"}))[0] == 200
    assert await shop.kinds() == ["view_price"]


BOMB = base64.b64encode(gzip.compress(b" " * (64 << 20))).decode()


UNREADABLE: list[tuple[dict[str, str], int, str]] = [
    ({}, 400, "data"),
    ({"data": "%%%"}, 400, "base64"),
    ({"data": base64.b64encode(b"\x1f\x8bxx").decode(), "gzip": "1"}, 400, "gzip"),
    ({"data": packed(RECORD)[:-8], "gzip": "1"}, 400, "gzip"),
    ({"data": base64.b64encode(b"{").decode()}, 400, "JSON"),
    ({"data": base64.b64encode(b"[1]").decode()}, 400, "JSON"),
    ({"data_list": base64.b64encode(b"[]").decode()}, 400, "1000"),
    ({"data_list": packed(*[RECORD] * 1001), "gzip": "1"}, 400, "1000"),
    ({"data": packed(RECORD), "gzip": "1", "ext": "crc=1"}, 400, "crc"),
    ({"data": BOMB, "gzip": "1"}, 413, "8 MB"),
]


async def test_what_cannot_be_unpacked_is_said(shop: Shop) -> None:
    for form, status, word in UNREADABLE:
        answered, text = await post(shop.url, form)
        assert (answered, word in text) == (status, True), text
    assert await shop.kinds() == []


async def test_a_record_that_says_nothing_is_kept_and_shown(shop: Shop) -> None:
    odd = {"type": "dance", "distinct_id": "a1"}
    assert (await post(shop.url, {"data_list": packed(odd, RECORD), "gzip": "1"}))[0] == 200
    assert await shop.kinds() == ["view_price"]
    assert [row["kind"] for row in await shop.rows("select kind from unknown_update")] == ["dance"]


async def test_without_a_write_key_nothing_gets_in(shop: Shop) -> None:
    address = shop.service.address
    status, text = await post(f"{address}/collect/sa", {"data": packed(RECORD), "gzip": "1"})
    assert (status, "token" in text) == (401, True)
    url = f"{address}/collect/segment/v1/track"
    body = json.dumps({"userId": "u", "event": "x", "writeKey": "wk_0"})
    status, text = await post(url, body)
    assert (status, json.loads(text)["code"]) == (401, "unknown_key")
    status, text = await post(url, "{", Authorization="Basic !!")
    assert (status, json.loads(text)["code"]) == (400, "not_json")


async def test_a_single_call_of_segment_is_taken_by_its_path(shop: Shop) -> None:
    body = json.dumps({"anonymousId": "a", "event": "Pricing Viewed", "writeKey": shop.word})
    url = f"{shop.service.address}/collect/segment/v1/track"
    assert (await post(url, body, **{"Content-Type": "text/plain"}))[0] == 200
    assert await shop.kinds() == ["view_price"]
