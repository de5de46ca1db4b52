"""Faults over HTTP: listed, added, loaded, removed, refused when they make no sense."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from bot.simulator import demo
from bot.simulator.faults import Fault, FaultKind
from tests.unit.bot.simulator.wire_cards import text_message

if TYPE_CHECKING:
    from aiohttp.test_utils import TestClient

    from bot.simulator.simulator import Simulator
    from tests.unit.bot.simulator.platform_caller import PlatformCaller

    Http = TestClient[Any, Any]

RULES, PROFILE = "/faults/rules", "/faults/profile"


async def post(client: Http, path: str, content: object, status: int = 200) -> dict[str, Any]:
    async with client.post(path, data=json.dumps(content)) as response:
        assert response.status == status, await response.text()
        found: dict[str, Any] = await response.json()
        return found


async def standing(client: Http) -> list[dict[str, Any]]:
    async with client.get(RULES) as response:
        found: list[dict[str, Any]] = (await response.json())["rules"]
        return found


async def test_a_rule_is_given_back_as_it_was_asked_for_with_its_counters(client: Http) -> None:
    asked = {"kind": "slow", "path": "*/user/*", "seconds": 0.5, "label": "慢"}
    rule = await post(client, RULES, asked, 201)
    assert rule == {**asked, "id": 1, "seen": 0, "struck": 0, "left": 1}
    assert await standing(client) == [rule]


async def test_counters_tell_what_was_seen_and_struck(client: Http, api: PlatformCaller) -> None:
    await api.fetch_token()
    await post(client, RULES, {"kind": "errcode", "path": "*/user/get", "after": 1}, 201)
    codes = [(await api.get("user/get", userid="LiLei"))["errcode"] for _ in range(3)]
    assert codes == [0, -1, 0]
    (rule,) = await standing(client)
    assert (rule["seen"], rule["struck"], rule["left"]) == (3, 1, 0)


async def test_a_profile_replaces_all_rules_and_repeats_itself_by_its_seed(
    client: Http, api: PlatformCaller
) -> None:
    await api.fetch_token()
    rule = {"kind": "errcode", "path": "*/user/get", "errcode": 45033, "probability": 0.5}
    runs = []
    for seed in (11, 11, 12):
        loaded = await post(client, PROFILE, {"seed": seed, "rules": [rule]})
        assert (loaded["seed"], len(loaded["rules"])) == (seed, 1)
        calls = [await api.get("user/get", userid="LiLei") for _ in range(40)]
        runs.append([answer["errcode"] for answer in calls])
    assert runs[0] == runs[1] != runs[2]
    assert set(runs[0]) == {0, 45033}


async def test_a_profile_with_one_bad_rule_changes_nothing(client: Http, sim: Simulator) -> None:
    sim.faults.add(Fault(FaultKind.SLOW))
    bad = {"rules": [{"kind": "truncated"}, {"kind": "errcode", "errcode": 12345}]}
    error = (await post(client, PROFILE, bad, 400))["error"]
    assert (error["code"], error["number"]) == ("unknown_errcode", 2)
    assert error["message"].startswith("第 2 条")
    assert [rule.fault.kind for rule in sim.faults.rules] == [FaultKind.SLOW]


async def test_rules_are_removed_one_by_one_and_all_together(client: Http) -> None:
    for kind in ("slow", "cut", "truncated"):
        await post(client, RULES, {"kind": kind}, 201)
    async with client.delete(f"{RULES}/2") as response:
        assert [rule["id"] for rule in (await response.json())["rules"]] == [1, 3]
    async with client.delete(f"{RULES}/2") as response:
        assert response.status == 404
        assert (await response.json())["error"]["code"] == "no_such_rule"
    async with client.delete(RULES) as response:
        assert (await response.json())["rules"] == []


async def test_a_removed_rule_opens_what_it_closed(client: Http, api: PlatformCaller) -> None:
    await api.fetch_token()
    await post(client, RULES, {"kind": "errcode", "errcode": 45009, "path": "*/user/get"}, 201)
    codes = [(await api.get("user/get", userid="LiLei"))["errcode"] for _ in range(3)]
    assert codes == [45009] * 3
    await client.delete(f"{RULES}/1")
    assert (await api.get("user/get", userid="LiLei"))["errcode"] == 0


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"kind": "bang"}, "bad_rule"),
        ({"kind": "slow", "tims": 3}, "bad_rule"),
        ({"kind": "slow", "probability": 1.5}, "bad_rule"),
        ({"kind": "slow", "times": 0}, "bad_rule"),
        ({"kind": "slow", "from": "2026-01-01T00:00:00"}, "bad_rule"),
        ({"kind": "slow", "errcode": -1}, "field_without_meaning"),
        ({"kind": "errcode", "seconds": 3}, "field_without_meaning"),
        ({"kind": "slow", "path": "*/nowhere"}, "no_such_endpoint"),
        ({"kind": "slow", "account": "gh_nobody"}, "unknown_account"),
        ({"kind": "errcode", "errcode": 12345}, "unknown_errcode"),
        ({"kind": "errcode", "errcode": 95001, "path": "*/message/send"}, "errcode_elsewhere"),
        ({"kind": "errcode", "errcode": 45047, "path": "*/kf/*"}, "errcode_elsewhere"),
        ({"kind": "errcode", "errcode": 42001, "path": "*/gettoken"}, "errcode_elsewhere"),
        ({"kind": "errcode", "errcode": 60020, "account": demo.MP_ACCOUNT}, "errcode_elsewhere"),
        ({"kind": "errcode", "errcode": 41050, "path": "*/remark"}, "errcode_elsewhere"),
        ({"kind": "silent_drop", "path": "*/user/get"}, "nothing_is_shown"),
        (
            {"kind": "slow", "from": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"},
            "empty_span",
        ),
    ],
)
async def test_a_rule_without_sense_is_refused_with_the_reason(
    client: Http, asked: dict[str, object], code: str
) -> None:
    error = (await post(client, RULES, asked, 400))["error"]
    assert error["code"] == code
    assert "{" not in error["message"]
    assert await standing(client) == []


async def test_a_refusal_names_the_endpoints_where_the_code_occurs(client: Http) -> None:
    asked = {"kind": "errcode", "errcode": 95001, "path": "*/message/send"}
    error = (await post(client, RULES, asked, 400))["error"]
    assert "/cgi-bin/kf/send_msg" in error["message"]


async def test_a_code_strikes_only_where_it_can_occur(
    client: Http, api: PlatformCaller, sim: Simulator
) -> None:
    await api.fetch_token()
    await post(client, RULES, {"kind": "errcode", "errcode": 41050, "times": None}, 201)
    assert (await api.post("message/send", text_message("你好")))["errcode"] == 0
    welcome = {"welcome_code": "CODE", "text": {"content": "您好"}}
    assert (await api.post("externalcontact/send_welcome_msg", welcome))["errcode"] == 41050
    assert sim.faults.rules[0].struck == 1


async def test_calls_that_were_struck_are_marked_in_the_log(
    api: PlatformCaller, sim: Simulator
) -> None:
    await api.fetch_token()
    sim.faults.add(Fault(FaultKind.ERRCODE, "*/user/get"))
    for _ in range(2):
        await api.get("user/get", userid="LiLei")
    assert [call.fault for call in sim.calls("user/get")] == ["errcode", ""]
