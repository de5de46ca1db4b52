from __future__ import annotations

import pytest

from bot.wecom.client.app import SendAnswer
from bot.wecom.client.corp import CorpClient
from tests.unit.bot.loopback_platform import Platform


async def test_a_sent_message_tells_who_did_not_get_it(
    corp: CorpClient, platform: Platform
) -> None:
    platform.on(
        "/cgi-bin/message/send",
        {
            "errcode": 0,
            "invaliduser": "lilei|hanmei",
            "invalidparty": "",
            "unlicenseduser": "tom",
            "msgid": "M1",
            "response_code": "RC1",
        },
    )
    answer = await corp.app.send({"touser": "LiLei|HanMei|Tom"})
    assert answer == SendAnswer("M1", "RC1", ("lilei", "hanmei"), (), (), ("tom",))


@pytest.mark.parametrize("userid", ["LiLei", "lilei", "LILEI"])
def test_userids_come_back_in_lower_case(userid: str) -> None:
    answer = SendAnswer("M1", invalid_users=("lilei",), unlicensed_users=("lilei",))
    assert answer.refuses(userid)
    assert answer.is_unlicensed(userid)
    assert not answer.refuses("HanMei")


async def test_a_card_update_names_the_members_it_missed(
    corp: CorpClient, platform: Platform
) -> None:
    platform.on("/cgi-bin/message/update_template_card", {"invaliduser": ["a"]})
    assert await corp.app.update_card({"response_code": "RC"}) == ("a",)


async def test_a_message_is_recalled_by_its_id(corp: CorpClient, platform: Platform) -> None:
    await corp.app.recall("M1")
    assert platform.calls("/cgi-bin/message/recall")[0].json == {"msgid": "M1"}


async def test_the_addresses_that_callbacks_come_from(corp: CorpClient, platform: Platform) -> None:
    platform.on("/cgi-bin/getcallbackip", {"ip_list": ["192.0.2.1", "192.0.2.2"]})
    assert await corp.app.callback_addresses() == ("192.0.2.1", "192.0.2.2")


async def test_the_menu_is_made_for_the_agent(corp: CorpClient, platform: Platform) -> None:
    await corp.app.create_menu([{"type": "click", "name": "我的线索", "key": "mine"}])
    (asked,) = platform.calls("/cgi-bin/menu/create")
    assert asked.query["agentid"] == "1000002"
    assert asked.json["button"][0]["name"] == "我的线索"
