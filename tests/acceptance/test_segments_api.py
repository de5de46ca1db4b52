"""An event over the wire moves a tag, WeCom shows it, and a segment is fetched as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pyarrow.parquet as pq
import pytest

from bot.clock import DrivenClock
from bot.demo import Demo, Place, demo
from bot.story import START
from domain.access import Scope
from tests.acceptance.api_caller import Answer, Caller, caller
from tests.acceptance.wire_ends import EXPO, REP, ZHANG_SAN
from tests.patience import until

LEAD = {"name": "王五", "phone": "13900005678", "uid": "u77"}


@pytest.fixture
async def both(tmp_path: Path, free_port: Callable[[], int]) -> AsyncIterator[Demo]:
    clock = DrivenClock(START, is_running=False)
    async with demo(Place(tmp_path, port=free_port()), clock) as running:
        yield running


async def quiet(both: Demo) -> None:
    for _ in range(2):
        await both.sim.settled()
        await both.service.settle()


async def site(both: Demo, *scopes: Scope) -> Caller:
    parts = both.service.parts
    return await caller(parts.store, both.service.address, START, *scopes)


async def paid(both: Demo, amount: float, **who: str) -> None:
    """Let the customer's own system report an order."""
    orders = await site(both, Scope.LEADS_WRITE)
    at = (START - timedelta(hours=1)).isoformat()
    event = {"kind": "pay_order", "at": at, "properties": {"amount": amount, "category": "数学"}}
    answer = await orders.post(
        "/api/v1/leads", {**LEAD, **who, "events": [event]}, idem=f"o{amount}"
    )
    assert answer.status < 300, answer.body
    await quiet(both)


async def until_done(reader: Caller, target: str) -> Answer:
    """Return the answer once the service has worked off what was asked for."""

    async def is_done() -> bool:
        return bool((await reader.get(target)).body["state"] == "done")

    await until(is_done)
    return await reader.get(target)


def path(*parts: str) -> str:
    return "/api/v1/" + "/".join(quote(part, safe=":") for part in parts)


async def fetched(reader: Caller, run: str, kind: str) -> bytes:
    made = await reader.post(path("segment-runs", run, "files"), {"format": kind})
    assert made.status == 202, made.body
    await until_done(reader, path("segment-files", made.body["file"]))
    return await raw(reader, path("segment-files", made.body["file"], "content"))


async def raw(reader: Caller, target: str) -> bytes:
    import aiohttp  # noqa: PLC0415 — here alone

    async with (
        aiohttp.ClientSession() as session,
        session.get(
            reader.address + target, headers=reader.headers("GET", target, b"")
        ) as response,
    ):
        assert response.status == 200, await response.text()
        return await response.read()


async def test_an_event_over_the_wire_moves_a_tag_and_wecom_shows_it(both: Demo) -> None:
    await both.sim.scan(ZHANG_SAN, EXPO)
    await quiet(both)
    await paid(both, 12_000.0, external_userid=ZHANG_SAN)
    follow = both.sim.world.relations.find(REP, ZHANG_SAN)
    assert follow is not None
    pairs = [both.sim.world.relations.find_tag(tag_id) for tag_id in follow.tag_ids]
    assert ("价值分层", "高价值") in {(p[0].name, p[1].name) for p in pairs if p}

    reader = await site(both, Scope.TAGS_READ)
    value = await reader.get(path("persons", "uid:u77", "tags", "价值分层"))
    assert value.body["value"] == "高价值"
    portrait = await reader.get(path("persons", "uid:u77", "portrait"))
    assert portrait.status == 200, portrait.body
    assert portrait.body["phone"] == "139****5678"
    [lead] = portrait.body["leads"]
    assert lead["trend"][-1]["composite"] == lead["composite"]
    assert "购买偏好" in {tag["name"] for tag in portrait.body["tags"]}
    writer = await site(both, Scope.TAGS_READ, Scope.TAGS_WRITE)
    by_hand = path("persons", "uid:u77", "tags", "贵宾")
    assert (await writer.send_json("PUT", by_hand, {})).body["value"] is True
    assert (await writer.get(by_hand)).body["source"] == "hand"
    assert (
        await writer.send("DELETE", by_hand, b"", writer.headers("DELETE", by_hand, b""))
    ).status == 204
    assert (await writer.get(by_hand)).body["value"] is None
    computed = path("persons", "uid:u77", "tags", "价值分层")
    assert (await writer.send_json("PUT", computed, {})).code == "tag_is_computed"
    looks = await both.service.parts.database.look(
        "select what from access_log where userid like 'api:%' order by id"
    )
    assert [row["what"] for row in looks] == ["tags", "portrait", "tags", "tags"]


async def test_a_segment_is_defined_computed_written_and_fetched(both: Demo) -> None:
    await paid(both, 12_000.0)
    reader = await site(both, Scope.TAGS_READ, Scope.SEGMENTS_WRITE)
    when = "圈选.高价值客户 且 非 标签.暂不联系 且 求和(支付订单.金额, 7天) > 100"
    defined = await reader.send_json("PUT", path("segments", "近期大单"), {"when": when})
    assert defined.status == 200, defined.body
    estimate = await reader.get(path("segments", "近期大单", "estimate"))
    assert (estimate.body["size"], estimate.body["is_exact"]) == (1, True)

    asked = await reader.post(path("segments", "近期大单", "runs"), {})
    assert asked.status == 202
    run = asked.body["run"]
    assert (await until_done(reader, path("segment-runs", run))).body["size"] == 1
    members = await reader.get(path("segment-runs", run, "members"))
    assert len(members.body["persons"]) == 1

    lines = list(
        csv.DictReader(io.StringIO((await fetched(reader, run, "csv")).decode("utf-8-sig")))
    )
    assert [(x["姓名"], x["电话"]) for x in lines] == [("王五", "139****5678")]
    table = pq.read_table(io.BytesIO(await fetched(reader, run, "parquet")))
    assert "name" not in table.column_names
    assert dict(table.to_pylist()[0]["tags"])["价值分层"] == "高价值"


async def test_a_rule_of_sensors_comes_in_and_goes_out_again(both: Demo) -> None:
    await paid(both, 12_000.0)
    reader = await site(both, Scope.TAGS_READ, Scope.SEGMENTS_WRITE)
    rule = {
        "type": "rules_relation",
        "relation": "and",
        "rules": [
            {"type": "profile_rule", "field": "user.高价值客户", "function": "isSet"},
            {
                "type": "event_sequence_rule",
                "time_function": "relative_time",
                "time_params": ["30"],
                "steps": [{"event": "pay_order"}, {"event": "支付订单"}],
            },
        ],
    }
    one = path("segments", "复购")
    defined = await reader.send_json("PUT", one, {"rule": rule, "note": "两单"})
    assert defined.status == 200, defined.body
    assert defined.body["when"] == "标签.高价值客户 有值 且 依次(支付订单 -> 支付订单, 最近30天)"

    out = await reader.get(path("segments", "下单未付人群", "rule", "json"))
    assert out.body["rule"]["version"] == 1
    again = await reader.send_json("PUT", path("segments", "又一个"), {"rule": out.body["rule"]})
    assert again.status == 200, again.body
    rich = await reader.get(path("segments", "高价值客户", "rule", "sensors"))
    assert rich.body["rule"]["rules"][0]["field"] == "user.user_tag_价值分层"
    no_rule = await reader.get(path("segments", "下单未付人群", "rule", "sensors"))
    assert (no_rule.status, no_rule.code) == (422, "no_rule")
    both_given = await reader.send_json("PUT", one, {"rule": rule, "when": "有电话 = 是"})
    assert (both_given.status, both_given.code) == (422, "when_or_rule")
    lost = dict(rule, relation="xor")
    refused = await reader.send_json("PUT", one, {"rule": lost})
    assert refused.code == "wrong_segment"


async def test_wrong_definitions_are_refused_in_chinese(both: Demo) -> None:
    reader = await site(both, Scope.TAGS_READ, Scope.SEGMENTS_WRITE)

    async def refused(name: str, when: str) -> Answer:
        answer = await reader.send_json("PUT", path("segments", name), {"when": when})
        assert answer.status == 422, answer.body
        return answer

    unknown = await refused("甲", "次数(支付定单, 7天) >= 1")
    assert "支付订单" in unknown.body["error"]["message"]
    absurd = await refused("甲", "次数(支付订单, 99999天) >= 1")
    assert "10 年" in absurd.body["error"]["message"]
    taken = await refused("价值分层", "次数(支付订单) >= 1")
    assert "标签的名字" in taken.body["error"]["message"]
    assert (
        await reader.send_json("PUT", path("segments", "乙"), {"when": "圈选.高价值客户"})
    ).status == 200
    circle = await refused("高价值客户", "圈选.乙")
    assert "乙 → 高价值客户 → 乙" in circle.body["error"]["message"]


async def test_a_key_without_the_right_gets_nothing(both: Demo) -> None:
    reader = await site(both, Scope.TAGS_READ)
    answer = await reader.send_json("PUT", path("segments", "甲"), {"when": "有电话 = 是"})
    assert (answer.status, answer.code) == (403, "missing_scope")
    nobody = await reader.get(path("persons", "uid:none", "tags"))
    assert (nobody.status, nobody.code) == (404, "no_person")
