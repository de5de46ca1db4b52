"""What is said where Clew cannot write: the archive, and mentions of the bot."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.lead import Touch
from domain.screening.lists import Lists
from domain.screening.words import Word, WordList
from domain.values import UserId
from handlers.running import RunningLists
from handlers.updates.aibot import BotMessage
from handlers.updates.archive import ArchivedMessage, ArchiveNotified
from handlers.updates.content import Text
from tests.factories import EXTERNAL_USERID, NOW
from tests.unit.handlers import acts
from tests.unit.handlers.company import LI_LEI, MANAGER, Company


def line(msgid: str, sender: str, *receivers: str, **changes: object) -> ArchivedMessage:
    fields: dict[str, object] = {
        "source": "archive:ww",
        "at": NOW - timedelta(minutes=5),
        "dedupe_key": f"archive:ww:{msgid}",
        "msgid": msgid,
        "action": "send",
        "sender": sender,
        "receivers": receivers,
        "content": Text("三年级数学多少钱？我电话13926417835"),
        "is_external": True,
    }
    return ArchivedMessage(**{**fields, **changes})  # type: ignore[arg-type]


async def kinds(company: Company) -> list[str]:
    rows = await company.store.database.look("select kind from event order by event_at, id")
    return [row["kind"] for row in rows]


async def test_what_a_customer_says_to_a_member_is_heard_and_not_answered(company: Company) -> None:
    said = line("m1", EXTERNAL_USERID, LI_LEI)
    await company.receives(said)
    await company.receives(said)
    found = await kinds(company)
    assert {"archive_message", "phone_given", "intent_price"} <= set(found)
    assert found.count("archive_message") == 1
    assert not await company.store.database.look(
        "select id from outbox where endpoint in ('kf_message', 'mp_message')"
    )


async def test_a_sensitive_word_is_told_wherever_it_is_said(company: Company) -> None:
    words = WordList([Word("傻瓜", "测试")])
    company.ctx = replace(company.ctx, lists=RunningLists(Lists(words=words)))
    await company.receives(acts.added())
    await company.receives(line("m1", acts.ZHANG_SAN, LI_LEI, content=Text("你们都是傻*瓜")))
    (event,) = await company.events("archive_message")
    assert event.properties["sensitive"] == 1
    rows = await company.rows("select reason, verdict from objection")
    assert ("sensitive_chat", "flag") in [tuple(row) for row in rows]


async def test_what_the_member_says_is_kept_as_contact(company: Company) -> None:
    await company.receives(line("m2", LI_LEI, EXTERNAL_USERID))
    moved = ["stage_changed"] * 2
    assert await kinds(company) == ["lead_created", "archive_reply", *moved]


@pytest.mark.parametrize(
    ("room", "channel"), [("", "wecom"), ("wrroom", "group")], ids=["alone", "group"]
)
async def test_whom_nobody_knew_becomes_a_lead_with_the_channel_of_the_chat(
    company: Company, room: str, channel: str
) -> None:
    said = line("m1", EXTERNAL_USERID, LI_LEI, room_id=room)
    again = line("m2", EXTERNAL_USERID, LI_LEI, room_id=room, at=NOW - timedelta(minutes=4))
    await company.receives(said, again)
    lead = await company.lead()
    assert lead.first_touch == lead.last_touch == Touch(channel, room, said.at)
    assert lead.created_at == said.at


async def test_who_has_a_lead_keeps_its_touches(company: Company) -> None:
    await company.receives(acts.added(state="expo_1", at=NOW - timedelta(hours=1)))
    await company.receives(line("m1", acts.ZHANG_SAN, LI_LEI))
    (lead,) = await company.leads()
    assert lead.last_touch is not None
    assert lead.last_touch.channel == "expo"


@pytest.mark.parametrize(("days", "is_offered"), [(1, True), (4, False)])
async def test_old_lines_send_nobody_a_card(
    company: Company, days: int, *, is_offered: bool
) -> None:
    wants = Text("我是上海的企业主，孩子高三，想报名数学班，电话13926417835")
    at = NOW - timedelta(days=days)
    await company.receives(line("m1", EXTERNAL_USERID, LI_LEI, at=at, content=Text("在吗")))
    await company.receives(line("m2", EXTERNAL_USERID, LI_LEI, at=at, content=wants))
    lead = await company.lead()
    assert lead.score.is_mature
    assert (lead.owner is not None) is is_offered


async def test_what_says_nothing_new_changes_nothing(company: Company) -> None:
    await company.receives(
        line("m3", EXTERNAL_USERID, LI_LEI, action="recall"),
        line("m4", LI_LEI, EXTERNAL_USERID, room_id="wrroom"),
        line("m5", LI_LEI, MANAGER),
        ArchiveNotified(source="wecom:clew", at=NOW, dedupe_key="n1"),
    )
    assert await kinds(company) == []
    assert not await company.store.database.look("select id from unknown_update")


async def test_a_mention_of_the_bot_is_answered_to_the_member_alone(company: Company) -> None:
    asked = BotMessage(
        source="aibot:b1",
        at=NOW,
        dedupe_key="aibot:b1:1",
        bot_id="b1",
        msgid="1",
        userid=LI_LEI,
        chat_id="wrroom",
        content=Text("@线索助手 帮助"),
    )
    await company.receives(asked)
    rows = await company.store.database.look("select receiver from outbox")
    assert [row["receiver"] for row in rows] == [LI_LEI]
    stranger = UserId("somebody")
    await company.receives(
        BotMessage(
            source="aibot:b1",
            at=NOW,
            dedupe_key="aibot:b1:2",
            bot_id="b1",
            userid=stranger,
            corp_id="wwother",
            content=Text("帮助"),
        )
    )
    rows = await company.store.database.look("select receiver from outbox")
    assert [row["receiver"] for row in rows] == [LI_LEI]
