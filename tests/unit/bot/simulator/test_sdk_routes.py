"""The JS-SDK's routes without a browser: what may be called back, who may open a page."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.simulator import demo
from tests.unit.bot.simulator.seeded import EXPO, GROUP, STRANGER, ZHANG_SAN

if TYPE_CHECKING:
    from aiohttp.test_utils import TestClient

    from bot.simulator.simulator import Simulator

    Http = TestClient[Any, Any]


async def open_page(client: Http, **asked: str) -> tuple[int, dict[str, Any]]:
    async with client.post("/jssdk/clients", data=json.dumps(asked)) as response:
        return response.status, await response.json()


@pytest.mark.parametrize("callback", ["", "alert", "wecomStandIn1;alert(1)", "wecomStandIn"])
async def test_only_the_scripts_own_names_are_called_back(client: Http, callback: str) -> None:
    async with client.get("/jssdk/call", params={"callback": callback}) as response:
        assert response.status == 400


async def test_an_answer_calls_the_script_back(client: Http) -> None:
    query = {"callback": "wecomStandIn1", "name": "openEnterpriseChat"}
    async with client.get("/jssdk/call", params=query) as response:
        assert response.content_type == "text/javascript"
        found = (await response.text()).removeprefix("wecomStandIn1(").removesuffix(");")
    assert json.loads(found)["errMsg"] == "openEnterpriseChat:fail, function not exist"


async def test_broken_arguments_are_refused_in_words(client: Http) -> None:
    query = {"callback": "wecomStandIn1", "name": "config", "args": "{"}
    async with client.get("/jssdk/call", params=query) as response:
        assert response.status == 200
        assert "config:fail, " in await response.text()


async def test_a_page_of_a_host_that_is_not_trusted_is_refused(
    client: Http, sim: Simulator
) -> None:
    corp = replace(sim.world.config.corp, trusted_hosts=frozenset({"crm.example.com"}))
    sim.world.config = replace(sim.world.config, corp=corp)
    signed = {"appId": demo.CORPID, "nonceStr": "n", "timestamp": 1, "signature": "s"}
    query = {"callback": "wecomStandIn1", "name": "config", "args": json.dumps(signed)}
    for host, words in (("other.example.com", "url domain"), ("crm.example.com", "signature")):
        page = {"page": f"https://{host}/card"}
        async with client.get("/jssdk/call", params=query | page) as response:
            assert f"config:invalid {words}, " in await response.text()


async def test_a_page_is_opened_beside_a_customer_or_a_group(client: Http, sim: Simulator) -> None:
    await sim.scan(ZHANG_SAN, EXPO)
    for entry, chat in (("single_chat_tools", ZHANG_SAN), ("group_chat_tools", GROUP)):
        status, answer = await open_page(client, userid="LiLei", entry=entry, chat=chat)
        assert status == 201
        name = answer["fragment"].removeprefix("#client=")
        assert sim.clients.open_pages[name].chat == chat


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"userid": "Nobody"}, "unknown_person"),
        ({"userid": "LiLei", "entry": "somewhere"}, "unknown_act"),
        ({"userid": "LiLei", "entry": "single_chat_tools", "chat": STRANGER}, "unknown_person"),
        ({"userid": "LiLei", "entry": "contact_profile", "chat": ZHANG_SAN}, "not_friends"),
        ({"userid": "LiLei", "entry": "group_chat_tools", "chat": "wr"}, "unknown_group"),
    ],
)
async def test_a_page_that_no_client_could_open_is_refused(
    client: Http, asked: dict[str, str], code: str
) -> None:
    status, answer = await open_page(client, **asked)
    assert (status, answer["error"]["code"]) == (400, code)
    assert answer["error"]["message"]
