from __future__ import annotations

from typing import Any

import pytest

from bot.postman import Postman
from bot.wecom.cards import CannotRenderError
from bot.wecom.client.clients import AccountMissingError, Clients
from bot.wecom.error_codes import Reaction
from bot.wecom.errors import PlatformError
from domain.messages import (
    Card,
    CardUpdate,
    Endpoint,
    MarkTag,
    Push,
    Remark,
    Text,
    Welcome,
)
from tests.unit.bot.loopback_platform import Platform

SEND_ID = 0x1A2B3C
HOME = "https://crm.example.com/"


@pytest.fixture
def postman(clients: Clients) -> Postman:
    return Postman(clients, HOME)


def push(endpoint: Endpoint, body: Any, receiver: str = "LiLei", **changes: Any) -> Push:
    fields: dict[str, Any] = {"account": "1000002", "dedupe_key": "k"}
    return Push(endpoint=endpoint, receiver=receiver, body=body, **(fields | changes))


@pytest.mark.parametrize(
    ("endpoint", "body", "path"),
    [
        (Endpoint.APP_MESSAGE, Text("x"), "/cgi-bin/message/send"),
        (
            Endpoint.CARD_UPDATE,
            CardUpdate("RC", ("LiLei",), "已接收"),
            "/cgi-bin/message/update_template_card",
        ),
        (Endpoint.WELCOME, Welcome("C", "x"), "/cgi-bin/externalcontact/send_welcome_msg"),
        (Endpoint.KF_MESSAGE, Text("x"), "/cgi-bin/kf/send_msg"),
        (Endpoint.KF_EVENT_MESSAGE, Text("x"), "/cgi-bin/kf/send_msg_on_event"),
        (Endpoint.MP_MESSAGE, Text("x"), "/cgi-bin/message/custom/send"),
        (Endpoint.REMARK, Remark("LiLei", "张三"), "/cgi-bin/externalcontact/remark"),
        (Endpoint.MARK_TAG, MarkTag("LiLei", ("t1",)), "/cgi-bin/externalcontact/mark_tag"),
    ],
    ids=lambda value: value.value if isinstance(value, Endpoint) else "-",
)
async def test_every_endpoint_has_its_call(
    postman: Postman, platform: Platform, endpoint: Endpoint, body: Any, path: str
) -> None:
    await postman.deliver(push(endpoint, body, account="gh_1", event_code="C"), SEND_ID)
    assert len(platform.calls(path)) == 1


async def test_what_a_card_update_will_need_is_kept(postman: Postman, platform: Platform) -> None:
    platform.on("/cgi-bin/message/send", {"msgid": "M1", "response_code": "RC1"})
    answer = await postman.deliver(push(Endpoint.APP_MESSAGE, Card("新线索", "t1")), SEND_ID)
    assert answer == {"msgid": "M1", "response_code": "RC1"}
    body = platform.calls("/cgi-bin/message/send")[0].json
    assert body["template_card"]["card_action"]["url"] == HOME


@pytest.mark.parametrize(
    ("field", "advice"),
    [("invaliduser", "no_valid_receiver"), ("unlicenseduser", "licence_missing")],
)
async def test_a_receiver_in_lower_case_is_the_receiver(
    postman: Postman, platform: Platform, field: str, advice: str
) -> None:
    platform.on("/cgi-bin/message/send", {"errcode": 0, field: "tom|lilei", "msgid": "M1"})
    with pytest.raises(PlatformError) as caught:
        await postman.deliver(push(Endpoint.APP_MESSAGE, Text("x")), SEND_ID)
    assert (caught.value.reaction, caught.value.advice) == (Reaction.PERMANENT, advice)


async def test_somebody_elses_refusal_does_not_count(postman: Postman, platform: Platform) -> None:
    platform.on("/cgi-bin/message/send", {"errcode": 0, "invaliduser": "tom", "msgid": "M1"})
    assert await postman.deliver(push(Endpoint.APP_MESSAGE, Text("x")), SEND_ID) == {"msgid": "M1"}


@pytest.mark.parametrize(("missed", "fails"), [(["lilei"], True), (["tom"], False), ([], False)])
async def test_a_card_update_nobody_got_is_a_failure(
    postman: Postman, platform: Platform, missed: list[str], fails: bool
) -> None:
    platform.on("/cgi-bin/message/update_template_card", {"invaliduser": missed})
    update = push(Endpoint.CARD_UPDATE, CardUpdate("RC", ("LiLei",), "已接收"))
    if fails:
        with pytest.raises(PlatformError):
            await postman.deliver(update, SEND_ID)
    else:
        assert await postman.deliver(update, SEND_ID) == ({"missed": "tom"} if missed else {})


async def test_every_attempt_at_a_row_carries_the_same_msgid(
    postman: Postman, platform: Platform
) -> None:
    message = push(Endpoint.KF_MESSAGE, Text("x"), "wm1", account="wk1")
    answers = [await postman.deliver(message, SEND_ID) for _ in range(2)]
    sent = [asked.json["msgid"] for asked in platform.calls("/cgi-bin/kf/send_msg")]
    assert sent == ["clew_1a2b3c"] * 2
    assert answers == [{"msgid": "clew_1a2b3c"}] * 2


async def test_the_longest_id_fits_into_a_msgid(postman: Postman, platform: Platform) -> None:
    await postman.deliver(push(Endpoint.KF_MESSAGE, Text("x"), "wm1"), 2**63 - 1)
    assert len(platform.calls("/cgi-bin/kf/send_msg")[0].json["msgid"]) <= 32


@pytest.mark.parametrize("receiver", ["o1", "gh_1:o1"])
async def test_an_openid_may_come_with_its_account(
    postman: Postman, platform: Platform, receiver: str
) -> None:
    await postman.deliver(push(Endpoint.MP_MESSAGE, Text("x"), receiver, account="gh_1"), SEND_ID)
    assert platform.calls("/cgi-bin/message/custom/send")[0].json["touser"] == "o1"


async def test_an_account_that_is_not_configured_is_for_the_operator(postman: Postman) -> None:
    with pytest.raises(AccountMissingError) as caught:
        await postman.deliver(push(Endpoint.MP_MESSAGE, Text("x"), account="gh_2"), SEND_ID)
    assert caught.value.reaction is Reaction.OPERATOR


async def test_a_body_on_the_wrong_endpoint_is_not_sent(
    postman: Postman, platform: Platform
) -> None:
    with pytest.raises(CannotRenderError):
        await postman.deliver(push(Endpoint.CARD_UPDATE, Text("x")), SEND_ID)
    assert platform.asked == []
