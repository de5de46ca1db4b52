"""What customers do in 微信客服 and the official account, and what they are answered."""

from __future__ import annotations

from datetime import timedelta

import pytest

import handlers.updates as u
from domain.messages import Endpoint, Text
from handlers.updates.fetched import KfCustomer
from storage.moments import to_micros
from tests.factories import NOW
from tests.unit.handlers import acts
from tests.unit.handlers.company import Company, words

MINUTE = timedelta(minutes=1)


# ------------------------------------------------------------------ 微信客服


async def test_a_notice_asks_for_what_the_account_has_new(company: Company) -> None:
    await company.receives(u.KfNotified(open_kfid=acts.KF, token="TOKEN", **acts.common()))
    (fetch,) = await company.rows("select * from platform_fetch")
    assert (fetch["kind"], fetch["account"], fetch["token"]) == ("kf_messages", acts.KF, "TOKEN")


async def test_whoever_enters_is_a_lead_of_the_scene_and_greeted(company: Company) -> None:
    await company.receives(acts.entered(scene="web", scene_param="home", welcome_code="C"))
    lead = await company.lead()
    assert lead.first_touch is not None
    assert (lead.first_touch.channel, lead.first_touch.state) == ("web_chat", "web:home")
    (sent,) = await company.sent(acts.ZHANG_SAN)
    assert sent.endpoint is Endpoint.KF_EVENT_MESSAGE
    assert sent.body == Text(words("welcome.kf"))
    assert sent.expires_at == NOW + timedelta(seconds=20)


async def test_entering_without_a_code_greets_nobody(company: Company) -> None:
    await company.receives(acts.entered())
    assert await company.sent() == []
    assert await company.kinds() >= ["kf_entered"]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("多少钱", "reply.price_ask_phone"),
        ("想试听", "reply.trial_ask_phone"),
        ("谢谢老师", "reply.thanks"),
        ("不需要，谢谢", "reply.refuse"),
        ("退订", "reply.opt_out"),
        (f"我电话 {acts.PHONE}", "reply.phone_given"),
        ("你好", "reply.other_ask_phone"),
    ],
)
async def test_a_message_is_answered_by_what_was_understood(
    company: Company, text: str, key: str
) -> None:
    await company.receives(acts.wrote(text))
    assert await company.texts(acts.ZHANG_SAN) == [words(key)]


async def test_who_has_given_a_phone_is_not_asked_again(company: Company) -> None:
    await company.receives(acts.wrote(f"我电话 {acts.PHONE}"), acts.wrote("多少钱"))
    assert (await company.texts(acts.ZHANG_SAN))[-1] == words("reply.price")


async def test_what_was_said_is_kept_sealed_and_out_of_the_properties(company: Company) -> None:
    await company.receives(acts.wrote("多少钱"))
    (row,) = await company.rows("select * from event where kind = 'kf_message'")
    assert "多少钱".encode() not in bytes(row["sealed_text"])
    assert "多少钱" not in row["properties"]
    (event,) = await company.events("kf_message")
    assert event.properties == {"type": "text", "length": 3.0}


async def test_a_picture_counts_but_is_not_answered(company: Company) -> None:
    picture = u.KfMessage(
        msgid="m",
        open_kfid=acts.KF,
        external_userid=acts.ZHANG_SAN,
        origin=u.KfOrigin.CUSTOMER,
        content=u.Image("MEDIA"),
        **acts.common(),
    )
    await company.receives(picture)
    (event,) = await company.events("kf_message")
    assert event.properties["type"] == "image"
    assert await company.sent() == []


async def test_the_answer_of_a_servicer_is_a_contact_and_not_answered(company: Company) -> None:
    await company.receives(acts.answered())
    (event,) = await company.events("kf_reply")
    assert event.properties == {"userid": "LiLei"}
    assert await company.sent() == []


async def test_what_the_system_wrote_means_nothing(company: Company) -> None:
    said = u.KfMessage(
        msgid="m",
        open_kfid=acts.KF,
        external_userid=acts.ZHANG_SAN,
        origin=u.KfOrigin.SYSTEM,
        content=u.Text("会话已结束"),
        **acts.common(),
    )
    nobody = u.KfMessage(
        msgid="m2",
        open_kfid=acts.KF,
        origin=u.KfOrigin.CUSTOMER,
        content=u.Text("你好"),
        **acts.common(),
    )
    await company.receives(said, nobody)
    assert not {"kf_message", "kf_reply"} & set(await company.kinds())
    assert await company.sent() == []


async def test_a_customer_without_a_name_is_asked_for_until_it_is_known(company: Company) -> None:
    await company.receives(acts.wrote("你好"))
    (fetch,) = await company.rows("select kind, subject from platform_fetch")
    assert (fetch["kind"], fetch["subject"]) == ("kf_customer", acts.ZHANG_SAN)
    answer = u.KfCustomersFetched(
        asked=acts.ZHANG_SAN,
        account="",
        generation=to_micros(NOW),
        customers=(KfCustomer(acts.ZHANG_SAN, nickname="三哥", unionid="un1"),),
        **acts.common(),
    )
    await company.receives(answer)
    assert (await company.person(acts.external())).name == "三哥"
    await company.receives(acts.wrote("你好", at=NOW + MINUTE))
    (row,) = await company.rows("select generation from platform_fetch")
    assert row["generation"] == to_micros(NOW)


# ------------------------------------------------------------------ 公众号


async def test_a_follower_is_a_lead_of_the_scanned_code_and_greeted_once(
    company: Company,
) -> None:
    await company.receives(acts.followed(scene="book_7"))
    lead = await company.lead()
    assert lead.first_touch is not None
    assert (lead.first_touch.channel, lead.first_touch.state) == ("book_qr", "book_7")
    (sent,) = await company.sent(acts.FOLLOWER)
    assert (sent.endpoint, sent.body) == (Endpoint.MP_MESSAGE, Text(words("welcome.mp")))
    (fetch,) = await company.rows("select kind, subject, account from platform_fetch")
    assert (fetch["kind"], fetch["account"]) == ("mp_user", acts.ACCOUNT)


async def test_a_scan_of_a_follower_counts_and_greets_nobody(company: Company) -> None:
    scan = u.MpScanned(account=acts.ACCOUNT, openid=acts.FOLLOWER, scene="expo_1", **acts.common())
    await company.receives(scan)
    (event,) = await company.events("mp_scanned")
    assert event.properties == {"scene": "expo_1"}
    assert await company.sent() == []


async def test_leaving_the_account_is_noted_and_opens_no_lead(company: Company) -> None:
    left = u.MpUnsubscribed(account=acts.ACCOUNT, openid=acts.FOLLOWER, **acts.common())
    await company.receives(left)
    assert await company.kinds() == ["mp_unfollowed"]
    assert await company.leads() == []


async def test_a_menu_entry_is_an_interest(company: Company) -> None:
    click = u.MpMenuClicked(
        account=acts.ACCOUNT, openid=acts.FOLLOWER, key="prices", **acts.common()
    )
    await company.receives(click)
    (event,) = await company.events("mp_menu_clicked")
    assert event.properties == {"key": "prices"}
    assert len(await company.leads()) == 1


async def test_a_follower_is_answered_through_the_account(company: Company) -> None:
    await company.receives(acts.mp_wrote("多少钱"))
    (sent,) = await company.sent(acts.FOLLOWER)
    assert sent.endpoint is Endpoint.MP_MESSAGE
    assert sent.body == Text(words("reply.price_ask_phone"))


# ------------------------------------------------------------------ silence


async def test_after_the_answer_to_an_opt_out_nothing_more_is_said(company: Company) -> None:
    await company.receives(acts.wrote("退订，别再给我发消息了"))
    await company.receives(acts.wrote("多少钱"), acts.wrote("你好"))
    assert await company.texts(acts.ZHANG_SAN) == [words("reply.opt_out")]
    person = await company.person(acts.external())
    assert person.opted_out_at == NOW


async def test_a_repeated_opt_out_is_confirmed_and_keeps_the_first_moment(
    company: Company,
) -> None:
    await company.receives(acts.wrote("退订", at=NOW + MINUTE))
    await company.receives(acts.wrote("退订！！", at=NOW))
    assert await company.texts(acts.ZHANG_SAN) == [words("reply.opt_out")] * 2
    assert (await company.person(acts.external())).opted_out_at == NOW


async def test_silence_holds_for_every_account_of_the_person(company: Company) -> None:
    await company.receives(acts.followed(), acts.mp_wrote("退订"))
    await company.receives(acts.follower_fetched("un1"), acts.fetched(unionid="un1"))
    await company.receives(acts.wrote("多少钱"))
    assert await company.texts(acts.ZHANG_SAN) == []


async def test_who_opted_out_is_shown_as_such_and_loses_points(company: Company) -> None:
    await company.receives(acts.wrote(acts.EAGER))
    before = (await company.lead()).score.static
    await company.receives(acts.wrote("退订"))
    after = await company.lead()
    assert after.score.static < before
    assert len(await company.events("intent_opt_out")) == 1
