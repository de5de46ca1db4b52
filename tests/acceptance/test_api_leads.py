"""Leads by the signed API through the running service, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.clock import DrivenClock
from bot.demo import Place, demo
from bot.service import Service
from bot.story import START
from domain.access import Scope
from storage.errors import Cause, StorageUnavailable
from storage.inbox import InboxState
from tests.acceptance.api_caller import Caller, caller

SCOPES = (Scope.LEADS_WRITE, Scope.LEADS_READ)
LEAD = {
    "name": "张三",
    "phone": "139 2641-7835",
    "uid": "u-8812",
    "channel": "sem",
    "at": "2026-03-02T09:58:00+08:00",
    "attributes": {"city": "杭州", "budget": 20000, "vip": True},
    "events": [{"kind": "查看价格", "properties": {"product": "三年级数学"}}],
    "note": "想了解三年级数学班的价格",
}


@dataclass(frozen=True)
class Site:
    """The service and a landing page with its key."""

    service: Service
    page: Caller

    async def rows(self, sql: str) -> list[Any]:
        return list(await self.service.parts.database.look(sql))

    async def count(self, table: str) -> int:
        (row,) = await self.rows(f"select count(*) as n from {table}")
        return int(row["n"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Caller]:
    """Yield a landing page of a service that tests share: they leave nothing behind."""
    clock = DrivenClock(START, is_running=False)
    async with demo(Place(tmp_path_factory.mktemp("api")), clock) as both:
        service = both.service
        yield await caller(service.parts.store, service.address, START, *SCOPES)


@pytest.fixture(
    params=[
        pytest.param("migrated_sqlite_url", id="sqlite"),
        pytest.param("migrated_postgres_url", id="postgres", marks=pytest.mark.postgres),
    ]
)
def url(request: pytest.FixtureRequest) -> str:
    found: str = request.getfixturevalue(request.param)
    return found


@pytest.fixture
async def site(url: str, tmp_path: Path) -> AsyncIterator[Site]:
    clock = DrivenClock(START, is_running=False)
    async with demo(Place(tmp_path / "data", database_url=url), clock) as both:
        service = both.service
        yield Site(service, await caller(service.parts.store, service.address, START, *SCOPES))


async def test_a_lead_of_a_landing_page_is_scored_and_offered(site: Site) -> None:
    taken = await site.page.post("/api/v1/leads", LEAD, idem="form-1")
    assert taken.status == 202
    await site.service.settle()
    target = f"/api/v1/receipts/{taken.body['receipt']}"
    done = (await site.page.get(target)).body
    assert done["state"] == "done"
    (lead,) = done["leads"]
    assert lead["channel"] == "sem"
    assert lead["score"] > 0
    kinds = [r["kind"] for r in await site.rows("select kind from event order by event_at, id")]
    assert {"lead_submitted", "lead_created", "view_price"} <= set(kinds)
    identities = await site.rows("select kind, is_verified, value from identity")
    assert {(r["kind"], bool(r["is_verified"])) for r in identities} == {
        ("uid", True),
        ("phone", False),
    }
    shown = (await site.page.get(f"/api/v1/leads/{lead['id']}")).body
    said = {"budget": "20000", "city": "杭州", "name": "张三", "vip": "是"}
    read_in_the_note = {"child_grade": "三年级", "subject": "数学"}
    assert shown["attributes"] == said | read_in_the_note


async def test_what_is_personal_lies_sealed(site: Site) -> None:
    await site.page.post("/api/v1/leads", LEAD, idem="form-1")
    await site.service.settle()
    rows = [dict(r) for t in ("event", "person", "identity") for r in await _all(site, t)]
    assert any(row.get("sealed_text") for row in rows)
    told = repr(rows)
    assert "13926417835" not in told
    assert "想了解" not in told


async def _all(site: Site, table: str) -> list[Any]:
    return await site.rows(f"select * from {table}")


async def test_the_same_call_again_gets_the_same_answer_and_changes_nothing(site: Site) -> None:
    first = await site.page.post("/api/v1/leads", LEAD, idem="form-1")
    await site.service.settle()
    before = [await site.count(t) for t in ("person", "lead", "event", "identity")]
    again = await asyncio.gather(
        *(site.page.post("/api/v1/leads", LEAD, idem="form-1") for _ in range(5))
    )
    await site.service.settle()
    assert [a.body for a in again] == [first.body] * 5
    assert [a.headers.get("Idempotency-Replayed") for a in again] == ["true"] * 5
    assert "Idempotency-Replayed" not in first.headers
    assert [await site.count(t) for t in ("person", "lead", "event", "identity")] == before


async def test_another_body_under_the_same_key_is_a_conflict(site: Site) -> None:
    assert (await site.page.post("/api/v1/leads", LEAD, idem="form-1")).status == 202
    other = await site.page.post("/api/v1/leads", LEAD | {"name": "李四"}, idem="form-1")
    assert (other.status, other.code) == (409, "idempotency_conflict")
    elsewhere = await site.page.post("/api/v1/activations", {"uid": "u-8812"}, idem="form-1")
    assert elsewhere.status == 409
    await site.service.settle()
    assert await site.count("person") == 1


async def test_two_forms_of_one_person_make_one_lead(site: Site) -> None:
    for number, phone in enumerate(("13926417835", "+86 139 2641 7835", "１３９２６４１７８３５")):
        taken = await site.page.post("/api/v1/leads", {"phone": phone}, idem=f"form-{number}")
        assert taken.status == 202
    await site.service.settle()
    assert [await site.count("person"), await site.count("lead")] == [1, 1]
    assert await site.count("event where kind = 'lead_submitted'") == 3


@pytest.mark.asyncio(loop_scope="module")
async def test_every_wrong_field_is_named_with_what_to_do(page: Caller) -> None:
    wrong = {
        "phone": "1392641783",
        "emial": "a@example.com",
        "email": "nobody",
        "name": 5,
        "at": "2026-03-02 10:00",
        "attributes": {"city": ["杭州"]},
        "events": [{"kind": "view_price"}, {"kind": 7, "colour": "red"}, "x"],
        "openid": "o1",
    }
    answer = await page.post("/api/v1/leads", wrong, idem="form-1")
    assert (answer.status, answer.code) == (422, "wrong_fields")
    named = {f["path"]: (f["code"], f["message"]) for f in answer.body["error"]["fields"]}
    assert set(named) == {
        "emial",
        "name",
        "at",
        "attributes[...]",
        "events[1].kind",
        "events[1].colour",
        "events[2]",
    }
    assert named["emial"] == ("unknown_field_near", "没有这个字段，您是不是想写 email？")
    assert "文字" in named["name"][1]
    assert "+08:00" in named["at"][1]
    assert all(message for _, message in named.values())
    right = {**LEAD, "phone": "1392641783", "email": "nobody", "openid": "o1", "uid": "有 空格"}
    answer = await page.post("/api/v1/leads", right, idem="form-1")
    assert {f["path"] for f in answer.body["error"]["fields"]} == {
        "phone",
        "email",
        "mp_account",
        "uid",
    }
    # What was refused used nothing up.
    assert (await page.post("/api/v1/leads", LEAD, idem="form-1")).status == 202


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "not_json"),
        (b"{", 400, "not_json"),
        (b"\xff\xfe", 400, "not_json"),
        (b"[" * 100_000, 400, "not_json"),
        (b"[]", 422, "wrong_fields"),
        (b"{}", 422, "wrong_fields"),
        (b'{"phone": null}', 422, "wrong_fields"),
        (b'{"name": "\xe5\xbc\xa0"}', 422, "wrong_fields"),
    ],
)
async def test_what_is_no_lead_is_refused(
    page: Caller, body: bytes, status: int, code: str
) -> None:
    answer = await page.post("/api/v1/leads", body, idem="form-1")
    assert (answer.status, answer.code) == (status, code)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_call_without_an_idempotency_key_is_told_to_bring_one(page: Caller) -> None:
    answer = await page.post("/api/v1/leads", LEAD)
    assert (answer.status, answer.code) == (400, "no_idempotency_key")


async def test_a_wrong_lead_of_a_batch_stops_no_other(site: Site) -> None:
    leads = [{"uid": f"u{n}", "name": f"客户{n}"} for n in range(5)]
    leads[1] = {"phone": "12"}
    leads[3] = {"uid": "u3", "nmae": "客户3"}
    answer = await site.page.post("/api/v1/leads/batch", {"leads": leads}, idem="list-1")
    assert answer.status == 202
    assert answer.body["accepted"] == 3
    assert [bool(r) for r in answer.body["receipts"]] == [True, False, True, False, True]
    assert [(r["index"], r["fields"][0]["path"]) for r in answer.body["rejected"]] == [
        (1, "leads[1].phone"),
        (3, "leads[3].nmae"),
    ]
    await site.service.settle()
    assert await site.count("lead") == 3
    again = await site.page.post("/api/v1/leads/batch", {"leads": leads}, idem="list-1")
    assert again.body == answer.body


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    "body",
    [{"leads": []}, {"leads": [{}] * 501}, {"lead": []}, {"leads": [{}], "x": 1}, {"leads": [{}]}],
)
async def test_a_batch_of_no_use_is_refused(page: Caller, body: dict[str, Any]) -> None:
    answer = await page.post("/api/v1/leads/batch", body, idem="list-1")
    assert (answer.status, answer.code) == (422, "wrong_fields")
    assert answer.body["error"]["fields"]


async def test_an_event_of_a_strange_kind_waits_in_quarantine(site: Site) -> None:
    events = [{"kind": "上门拜访"}, {"kind": "view_price", "properties": {"product": 7}}]
    await site.page.post("/api/v1/leads", {"uid": "u1", "events": events}, idem="form-1")
    await site.service.settle()
    rows = await site.rows("select kind from held_event order by kind")
    assert [r["kind"] for r in rows] == ["view_price", "上门拜访"]


async def test_activation_and_fission_tag_and_open_leads(site: Site) -> None:
    line = site.service.parts.context.catalog.default_line
    call = {"uid": "u1", "tag": "春季激活", "parameters": {"coupon": "A20"}}
    assert (await site.page.post("/api/v1/activations", call, idem="act-1")).status == 202
    fission = {"uid": "u1", "tag": "老带新", "line": line}
    assert (await site.page.post("/api/v1/fissions", fission, idem="fis-1")).status == 202
    wrong = await site.page.post("/api/v1/fissions", {"uid": "u1", "line": "moon"}, idem="fis-2")
    assert line in wrong.body["error"]["fields"][0]["message"]
    await site.service.settle()
    tags = await site.rows("select name, source from tagging where source = 'list'")
    assert {(r["name"], r["source"]) for r in tags} == {("春季激活", "list"), ("老带新", "list")}
    assert await site.count("lead") == 1


async def test_looking_up_masks_and_is_written_down(site: Site) -> None:
    await site.page.post("/api/v1/leads", LEAD, idem="form-1")
    await site.service.settle()
    found = (await site.page.post("/api/v1/lookup", {"phone": "13926417835"})).body
    assert found["exists"]
    (person,) = found["persons"]
    assert person["phone"] == "139****7835"
    assert (person["wechat"], person["email"]) == ("", "")
    assert not (await site.page.post("/api/v1/lookup", {"phone": "15967340218"})).body["exists"]
    assert (await site.page.post("/api/v1/lookup", {})).status == 422
    looks = await site.rows("select userid, what, via from access_log")
    assert [(r["userid"], r["what"], r["via"]) for r in looks] == [
        (f"api:{site.page.word}", "portrait", "api")
    ]
    store = site.service.parts.store
    trusted = await caller(
        store, site.service.address, START, Scope.LEADS_READ, Scope.CONTACTS_READ
    )
    (person,) = (await trusted.post("/api/v1/lookup", {"uid": "u-8812"})).body["persons"]
    assert person["phone"] == "+8613926417835"
    assert (await trusted.post("/api/v1/leads", LEAD, idem="x")).code == "missing_scope"


async def test_a_company_is_looked_up_before_it_is_created(site: Site) -> None:
    company = {"company": "北京纷扬科技有限公司"}
    await site.page.post("/api/v1/leads", LEAD | {"attributes": company}, idem="form-1")
    await site.service.settle()
    for spelled in ("纷扬科技", "纷享销客", "北京纷扬"):
        found = (await site.page.post("/api/v1/lookup", {"company": spelled})).body
        assert (found["exists"], found["persons"]) == (True, [])
        (hit,) = found["companies"]
        assert (hit["name"], hit["how"], hit["alike"]) == ("北京纷扬科技有限公司", "company", 1.0)
        assert [(lead["channel"], lead["owner"]) for lead in hit["leads"]] == [("sem", "")]
    looks = await site.rows("select userid, what, via from access_log")
    assert [(r["userid"], r["what"], r["via"]) for r in looks] == [
        (f"api:{site.page.word}", "look_up", "api")
    ] * 3


async def test_a_company_that_is_only_like_another_is_not_said_to_exist(site: Site) -> None:
    company = {"company": "北京纷扬科技有限公司"}
    await site.page.post("/api/v1/leads", LEAD | {"attributes": company}, idem="form-1")
    await site.service.settle()
    found = (await site.page.post("/api/v1/lookup", {"company": "北京纷杨科技有限公司"})).body
    assert not found["exists"]
    assert [hit["how"] for hit in found["companies"]] == ["like_company"]
    nobody = {"company": "上海青梧教育", "phone": "15967340218"}
    assert (await site.page.post("/api/v1/lookup", nobody)).body == {
        "exists": False,
        "persons": [],
        "companies": [],
    }
    both = {"company": "纷扬", "phone": "13926417835"}
    found = (await site.page.post("/api/v1/lookup", both)).body
    assert (len(found["persons"]), len(found["companies"])) == (1, 1)
    assert (await site.page.post("/api/v1/lookup", {"company": " "})).status == 422


@pytest.mark.asyncio(loop_scope="module")
async def test_what_does_not_exist_is_not_found(page: Caller) -> None:
    assert (await page.get("/api/v1/leads/7")).code == "no_lead"
    for receipt in ("x", "A" * 43 + ".0"):
        assert (await page.get(f"/api/v1/receipts/{receipt}")).code == "no_receipt"


async def test_nothing_is_answered_before_it_is_stored(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = site.service.parts.inbox

    async def broken(_prepare: Any) -> bool:
        problem = "the disk is full"
        raise StorageUnavailable(problem, Cause.FULL)

    with monkeypatch.context() as patch:
        patch.setattr(inbox, "put", broken)
        answer = await site.page.post("/api/v1/leads", LEAD, idem="form-1")
        assert (answer.status, answer.code) == (503, "unavailable")
        assert answer.headers["Retry-After"] == "5"
    # The caller comes again with the same key: nothing is lost, nothing is doubled.
    assert (await site.page.post("/api/v1/leads", LEAD, idem="form-1")).status == 202
    await site.service.settle()
    assert await site.count("lead") == 1
    assert (await inbox.counts()).get(InboxState.PARKED, 0) == 0
