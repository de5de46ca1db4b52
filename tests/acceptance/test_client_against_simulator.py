"""Relay, fetcher and client over real HTTP against the stand-in, faults included."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.simulator import demo
from bot.simulator.faults import Fault, FaultKind
from bot.simulator.world.relations import Pair
from bot.simulator.world.windows import MessageKind
from bot.wecom.client.contact import ContactWayRequest
from bot.wecom.client.media import MediaKind
from bot.wecom.client.transport import Upload
from bot.wecom.errors import PlatformError
from domain.messages import (
    Card,
    CardButton,
    CardUpdate,
    Endpoint,
    Fetch,
    FetchKind,
    MarkTag,
    Menu,
    Push,
    Remark,
    Text,
    Welcome,
)
from domain.values import Priority
from storage.outbox import OutboxState
from tests.acceptance.wire_ends import (
    EXPO,
    GROUP,
    OPENID,
    REP,
    TAG_HIGH,
    ZHANG_SAN,
    WireEnds,
    app,
    kf,
    official,
)

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


async def test_a_card_arrives_and_its_button_becomes_a_word(clew: WireEnds) -> None:
    card = Card("新线索 张三", "lead-1-1", buttons=(CardButton("接收", "accept"),))
    await clew.send(app(card))
    async with clew.database.read() as tx:
        (row,) = await tx.fetch("select answer from outbox")
    code = row["answer"].split('"response_code":"')[1].split('"')[0]
    await clew.send(replace(app(CardUpdate(code, (REP,), "已接收")), endpoint=Endpoint.CARD_UPDATE))
    (message,) = clew.sim.messages(f"app:{REP}")
    assert message.kind is MessageKind.CARD
    assert message.replaced == "已接收"


@pytest.mark.parametrize("kind", [FaultKind.LOST_ANSWER, FaultKind.TRUNCATED])
async def test_a_reminder_with_a_lost_answer_is_seen_once(clew: WireEnds, kind: FaultKind) -> None:
    clew.sim.faults.add(Fault(kind, "*/message/send"))
    await clew.send(app(Text("回访张三")))
    assert await clew.states() == {OutboxState.PENDING: 1}
    await clew.later(10 * SECOND)
    assert clew.shown(f"app:{REP}") == ["回访张三"]
    assert await clew.states() == {OutboxState.SENT: 1}
    assert len(clew.sim.calls("/message/send")) == 2


async def test_two_equal_reminders_are_both_seen(clew: WireEnds) -> None:
    await clew.send(app(Text("回访张三")), app(Text("回访张三")))
    assert clew.shown(f"app:{REP}") == ["回访张三"] * 2
    assert clew.sim.dropped == []


async def test_a_kf_message_with_a_lost_answer_is_seen_once(clew: WireEnds) -> None:
    await clew.sim.enter_kf(ZHANG_SAN)
    await clew.sim.say_kf(ZHANG_SAN, "多少钱")
    clew.sim.faults.add(Fault(FaultKind.LOST_ANSWER, "*/kf/send_msg"))
    await clew.send(kf(Text("您好")))
    await clew.later(10 * SECOND)
    assert clew.shown(f"kf:{ZHANG_SAN}") == ["您好"]
    assert await clew.states() == {OutboxState.SENT: 1}


async def test_an_official_message_with_a_lost_answer_is_seen_once_and_shown_as_unknown(
    clew: WireEnds,
) -> None:
    await clew.sim.follow(ZHANG_SAN)
    await clew.sim.say_mp(ZHANG_SAN, "在吗")
    clew.sim.faults.add(Fault(FaultKind.LOST_ANSWER, "*/message/custom/send"))
    await clew.send(official(Text("您好")))
    await clew.later(timedelta(hours=1))
    assert clew.shown(f"mp:{ZHANG_SAN}") == ["您好"]
    assert await clew.states() == {OutboxState.UNKNOWN: 1}


async def test_a_gateway_error_without_effect_is_repeated(clew: WireEnds) -> None:
    clew.sim.faults.add(Fault(FaultKind.HTTP_ERROR, "*/message/send", status=502))
    await clew.send(app(Text("回访张三")))
    await clew.later(10 * SECOND)
    assert clew.shown(f"app:{REP}") == ["回访张三"]


async def test_seventy_reminders_at_once_are_all_read_and_none_is_dropped(clew: WireEnds) -> None:
    reminders = [f"提醒{n}" for n in range(70)]
    await clew.send(*(app(Text(text), merge_key="reminders") for text in reminders))
    await clew.later(MINUTE)
    read = [line for text in clew.shown(f"app:{REP}") for line in text.split("\n\n")]
    assert read == reminders
    assert clew.sim.dropped == []


async def test_seventy_texts_that_may_not_be_joined_take_three_minutes(clew: WireEnds) -> None:
    texts = [f"线索{n}" for n in range(70)]
    await clew.send(*(app(Text(text)) for text in texts))
    assert len(clew.shown(f"app:{REP}")) == 30
    await clew.later(MINUTE)
    await clew.later(MINUTE)
    assert clew.shown(f"app:{REP}") == texts
    assert clew.sim.dropped == []


async def test_dead_tokens_are_renewed_once_for_fifty_calls(clew: WireEnds) -> None:
    corp = clew.clients.corp
    await corp.contacts.tag_groups()
    clew.sim.kill_tokens()
    before = len(clew.sim.calls("/gettoken"))
    await asyncio.gather(*(corp.contacts.tag_groups() for _ in range(50)))
    assert len(clew.sim.calls("/gettoken")) == before + 1
    assert all(call.errcode != 45033 for call in clew.sim.calls())


async def test_an_address_that_is_not_allowed_keeps_every_job(clew: WireEnds) -> None:
    clew.sim.allow_ip(is_allowed=False)
    await clew.send(*(app(Text(f"线索{n}")) for n in range(5)))
    for _ in range(5):
        await clew.later(5 * MINUTE)
    assert await clew.states() == {OutboxState.PENDING: 5}
    refused = len(clew.sim.calls())
    assert refused < 20
    clew.sim.allow_ip(is_allowed=True)
    await clew.later(20 * MINUTE)
    assert clew.shown(f"app:{REP}") == [f"线索{n}" for n in range(5)]


async def test_a_welcome_is_given_once_and_a_used_code_is_dropped(clew: WireEnds) -> None:
    await clew.sim.scan(ZHANG_SAN, EXPO)
    relations, now = clew.sim.world.relations, clew.clock.now()
    code = relations.welcome_codes.issue(Pair(REP, ZHANG_SAN), now, timedelta(seconds=20))
    welcome = Push(
        Endpoint.WELCOME,
        "",
        ZHANG_SAN,
        Welcome(code, "您好，欢迎"),
        "w1",
        Priority.WELCOME,
        expires_at=now + timedelta(seconds=20),
    )
    await clew.send(welcome)
    await clew.send(replace(welcome, dedupe_key="w2"))
    assert clew.shown(f"friend:{ZHANG_SAN}:{REP}") == ["您好，欢迎"]
    assert await clew.states() == {OutboxState.SENT: 1, OutboxState.DROPPED: 1}


async def test_the_sixth_kf_message_waits_for_the_customer_visibly(clew: WireEnds) -> None:
    await clew.sim.enter_kf(ZHANG_SAN)
    await clew.sim.say_kf(ZHANG_SAN, "多少钱")
    await clew.send(*(kf(Text(f"答{n}")) for n in range(6)))
    assert clew.shown(f"kf:{ZHANG_SAN}") == [f"答{n}" for n in range(5)]
    (entry,) = await clew.outbox.list(OutboxState.FAILED, 10)
    assert entry.error.startswith("kf_count_used: wait_for_customer")


async def test_a_menu_reaches_both_kinds_of_customer_chats(clew: WireEnds) -> None:
    menu = Menu("想了解什么？", (("price", "价格"), ("trial", "试听")))
    await clew.sim.enter_kf(ZHANG_SAN)
    await clew.sim.say_kf(ZHANG_SAN, "你好")
    await clew.sim.follow(ZHANG_SAN)
    await clew.sim.say_mp(ZHANG_SAN, "你好")
    await clew.send(kf(menu), official(menu))
    assert await clew.states() == {OutboxState.SENT: 2}
    for window in ("kf", "mp"):
        kinds = [message.kind for message in clew.sim.messages(f"{window}:{ZHANG_SAN}")]
        assert MessageKind.MENU in kinds


async def test_remark_and_tags_are_written(clew: WireEnds) -> None:
    await clew.sim.scan(ZHANG_SAN, EXPO)
    base = app(Text("x"), receiver=ZHANG_SAN)
    await clew.send(
        replace(base, endpoint=Endpoint.REMARK, body=Remark(REP, "A1 张三"), dedupe_key="r"),
        replace(base, endpoint=Endpoint.MARK_TAG, body=MarkTag(REP, (TAG_HIGH,)), dedupe_key="t"),
    )
    answer: Any = await clew.clients.corp.contacts.get(ZHANG_SAN)
    (follower,) = answer["follow_user"]
    assert follower["remark"] == "A1 张三"
    assert [tag["tag_name"] for tag in follower["tags"]] == ["高意向"]


async def test_a_chat_is_pulled_to_its_end_however_it_is_paged(clew: WireEnds) -> None:
    clew.sim.world.config = replace(
        clew.sim.world.config, limits=replace(clew.sim.world.config.limits, kf_page=3)
    )
    await clew.sim.enter_kf(ZHANG_SAN)
    texts = [f"问题{n}" for n in range(10)]
    for text in texts:
        await clew.sim.say_kf(ZHANG_SAN, text)
    await clew.ask(Fetch(FetchKind.KF_MESSAGES, demo.OPEN_KFID, "", 1))
    await clew.sim.say_kf(ZHANG_SAN, "还有")
    await clew.ask(Fetch(FetchKind.KF_MESSAGES, demo.OPEN_KFID, "", 2))
    rows = []
    while claimed := await clew.inbox.claim(100, MINUTE, clew.clock.now()):
        rows += claimed
        await clew.inbox.finish(claimed[0].lease_token, [row.id for row in claimed])
    assert [row.source for row in rows] == [f"kf:{demo.OPEN_KFID}"] * 12
    said = b"".join(row.payload for row in rows).decode()
    assert all(text in said for text in [*texts, "还有"])


async def test_an_answer_lost_while_pulling_loses_no_message(clew: WireEnds) -> None:
    await clew.sim.enter_kf(ZHANG_SAN)
    await clew.sim.say_kf(ZHANG_SAN, "多少钱")
    clew.sim.faults.add(Fault(FaultKind.TRUNCATED, "*/kf/sync_msg"))
    await clew.ask(Fetch(FetchKind.KF_MESSAGES, demo.OPEN_KFID, "", 1))
    assert sum((await clew.inbox.counts()).values()) == 0
    await clew.later(10 * SECOND)
    assert sum((await clew.inbox.counts()).values()) == 2


async def test_every_kind_of_detail_is_answered(clew: WireEnds) -> None:
    await clew.sim.scan(ZHANG_SAN, EXPO)
    await clew.sim.join_group(ZHANG_SAN, GROUP)
    await clew.sim.enter_kf(ZHANG_SAN)
    await clew.sim.follow(ZHANG_SAN)
    await clew.ask(
        Fetch(FetchKind.EXTERNAL_CONTACT, ZHANG_SAN, "", 1),
        Fetch(FetchKind.GROUP_CHAT, GROUP, "", 1),
        Fetch(FetchKind.KF_CUSTOMER, ZHANG_SAN, demo.OPEN_KFID, 1),
        Fetch(FetchKind.EMPLOYEE, REP, "", 1),
        Fetch(FetchKind.MP_USER, OPENID, demo.MP_ACCOUNT, 1),
    )
    assert await clew.fetches.counts() == {"open": 0, "failed": 0}
    assert sum((await clew.inbox.counts()).values()) == 5


async def test_the_rest_of_the_client_is_understood(clew: WireEnds) -> None:
    corp, public = clew.clients.corp, clew.clients.official(demo.MP_ACCOUNT)
    way = await corp.contacts.add_contact_way(ContactWayRequest((REP,), "feed_ads"))
    assert way.config_id
    assert way.qr_code
    stored = await corp.media.upload(MediaKind.IMAGE, Upload("a.png", b"\x89PNG\r\n", "image/png"))
    assert (await corp.media.get(stored.media_id)).content == b"\x89PNG\r\n"
    assert await corp.login.page_ticket() != await corp.login.agent_ticket()
    assert {user["userid"] for user in await corp.directory.users_of(2)} >= {REP}
    assert len(await corp.directory.departments()) == 2
    assert (await corp.kf.accounts())[0]["open_kfid"] == demo.OPEN_KFID
    assert await corp.kf.add_contact_way(demo.OPEN_KFID, "expo")
    assert (await public.create_qrcode("expo_b7", timedelta(days=1))).ticket
    await corp.app.create_menu([{"type": "click", "name": "我的线索", "key": "mine"}])
    with pytest.raises(PlatformError):
        await corp.login.visitor("no such code")
