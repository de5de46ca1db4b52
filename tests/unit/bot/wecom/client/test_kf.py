from __future__ import annotations

import pytest

from bot.wecom.client.corp import CorpClient
from bot.wecom.client.kf import PulledPage, PullRequest, ServiceState, SessionState
from tests.unit.bot.loopback_platform import Platform


async def test_a_page_is_pulled_with_cursor_and_token(corp: CorpClient, platform: Platform) -> None:
    platform.on(
        "/cgi-bin/kf/sync_msg",
        {"next_cursor": "C2", "has_more": 1, "msg_list": [{"msgid": "m1"}]},
    )
    page = await corp.kf.pull(PullRequest("wk1", "C1", "TOK"))
    assert page == PulledPage(({"msgid": "m1"},), "C2", has_more=True)
    assert platform.calls("/cgi-bin/kf/sync_msg")[0].json == {
        "open_kfid": "wk1",
        "cursor": "C1",
        "limit": 1000,
        "voice_format": 0,
        "token": "TOK",
    }


async def test_without_a_token_none_is_sent(corp: CorpClient, platform: Platform) -> None:
    platform.on("/cgi-bin/kf/sync_msg", {"next_cursor": "C", "has_more": 0})
    page = await corp.kf.pull(PullRequest("wk1"))
    assert page == PulledPage((), "C", has_more=False)
    assert "token" not in platform.calls("/cgi-bin/kf/sync_msg")[0].json


def test_a_pull_never_shows_its_token() -> None:
    assert "TOK" not in repr(PullRequest("wk1", "C1", "TOK"))


@pytest.mark.parametrize(
    ("method", "path"),
    [("send", "/cgi-bin/kf/send_msg"), ("send_on_event", "/cgi-bin/kf/send_msg_on_event")],
)
async def test_a_sent_message_returns_its_id(
    corp: CorpClient, platform: Platform, method: str, path: str
) -> None:
    platform.on(path, {"msgid": "m1"})
    assert await getattr(corp.kf, method)({"touser": "wm1"}) == "m1"


async def test_a_session_is_read_and_moved(corp: CorpClient, platform: Platform) -> None:
    get, trans = "/cgi-bin/kf/service_state/get", "/cgi-bin/kf/service_state/trans"
    platform.on(get, {"service_state": 3, "servicer_userid": "LiLei"})
    state = await corp.kf.state("wk1", "wm1")
    assert state == ServiceState(SessionState.HUMAN, "LiLei")
    await corp.kf.move("wk1", "wm1", state)
    await corp.kf.move("wk1", "wm1", ServiceState(SessionState.ENDED))
    human, ended = (asked.json for asked in platform.calls(trans))
    assert (human["service_state"], human["servicer_userid"]) == (3, "LiLei")
    assert ended["service_state"] == 4
    assert "servicer_userid" not in ended


async def test_a_state_that_is_not_known_is_somebody_elses(
    corp: CorpClient, platform: Platform
) -> None:
    platform.on("/cgi-bin/kf/service_state/get", {"service_state": 9})
    assert (await corp.kf.state("wk1", "wm1")).state is SessionState.HUMAN


async def test_accounts_customers_and_contact_way(corp: CorpClient, platform: Platform) -> None:
    platform.on("/cgi-bin/kf/account/list", {"account_list": [{"open_kfid": "wk1"}]})
    customers = {"customer_list": [{"nickname": "张"}], "invalid_external_userid": ["wm2"]}
    platform.on("/cgi-bin/kf/customer/batchget", customers)
    platform.on("/cgi-bin/kf/add_contact_way", {"url": "https://kf"})
    assert await corp.kf.accounts() == ({"open_kfid": "wk1"},)
    assert await corp.kf.customers(["wm1", "wm2"]) == customers
    assert await corp.kf.add_contact_way("wk1", "expo") == "https://kf"
