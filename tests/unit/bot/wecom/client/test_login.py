from __future__ import annotations

import asyncio

import pytest

from bot.wecom.client.corp import CorpClient
from bot.wecom.client.login import PageToSign, Visitor, sign_page
from bot.wecom.error_codes import Reaction
from bot.wecom.errors import PlatformError
from tests.unit.bot.loopback_platform import Platform


@pytest.mark.parametrize("fragment", ["", "#top"])
def test_a_page_is_signed_as_the_platform_does(fragment: str) -> None:
    """Known answer of fact sheet 3.9; the fragment does not count."""
    page = PageToSign("nonceA", 1700000000, "https://crm.example.com/card?x=1" + fragment)
    assert sign_page("TICKET-1", page) == "a1b333348e82d075767a2c852d397211cbfef6bd"


async def test_tickets_are_two_and_each_is_asked_for_once(
    corp: CorpClient, platform: Platform
) -> None:
    platform.always["/cgi-bin/get_jsapi_ticket"] = {"ticket": "P", "expires_in": 7200}
    platform.always["/cgi-bin/ticket/get"] = {"ticket": "A", "expires_in": 7200}
    pages = await asyncio.gather(*(corp.login.page_ticket() for _ in range(10)))
    agents = await asyncio.gather(*(corp.login.agent_ticket() for _ in range(10)))
    assert (set(pages), set(agents)) == ({"P"}, {"A"})
    (asked,) = platform.calls("/cgi-bin/ticket/get")
    assert asked.query["type"] == "agent_config"
    assert len(platform.calls("/cgi-bin/get_jsapi_ticket")) == 1


async def test_a_visitor_is_a_member_or_somebody_outside(
    corp: CorpClient, platform: Platform
) -> None:
    path = "/cgi-bin/auth/getuserinfo"
    platform.on(path, {"userid": "LiLei", "user_ticket": "t"}, {"openid": "o1"})
    assert await corp.login.visitor("code-1") == Visitor("LiLei", "t")
    assert await corp.login.visitor("code-2") == Visitor(openid="o1")


async def test_a_used_code_sends_the_visitor_back_to_login(
    corp: CorpClient, platform: Platform
) -> None:
    platform.on("/cgi-bin/auth/getuserinfo", {"errcode": 40029, "errmsg": "invalid code"})
    with pytest.raises(PlatformError) as caught:
        await corp.login.visitor("code-1")
    assert caught.value.reaction is Reaction.RESTART_LOGIN
