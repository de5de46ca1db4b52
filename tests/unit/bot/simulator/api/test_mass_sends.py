"""Mass-send tasks: asked for by Clew's client, confirmed in the member's window."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.simulator.acts.stage import ActRefused
from bot.simulator.world.mass_sends import SendStatus
from bot.simulator.world.windows import MessageKind
from bot.wecom.client.mass_sends import MassSendRequest
from bot.wecom.errors import PlatformError
from tests.unit.bot.simulator.seeded import EXPO, GROUP, XIAO_MEI, ZHANG_SAN

if TYPE_CHECKING:
    from bot.clock import DrivenClock
    from bot.simulator.simulator import Simulator
    from bot.wecom.client.corp import CorpClient

DAY, SOON = timedelta(days=1), timedelta(seconds=5)
OFFER = MassSendRequest("LiLei", "暑期班开始报名", (ZHANG_SAN, XIAO_MEI))
LINK = {"msgtype": "link", "link": {"title": "课程表", "url": "https://a.example/x"}}


@pytest.fixture(autouse=True)
async def _friend(sim: Simulator) -> None:
    await sim.scan(ZHANG_SAN, EXPO)


def heard(sim: Simulator, window: str) -> list[str]:
    return [m.text for m in sim.messages(window) if m.kind is not MessageKind.EVENT]


async def test_nothing_is_sent_before_the_member_confirms(
    corp: CorpClient, sim: Simulator, clock: DrivenClock
) -> None:
    task = await corp.mass_sends.create(OFFER)
    assert task.unreachable == (XIAO_MEI,)
    with pytest.raises(PlatformError, match="41063"):
        await corp.mass_sends.results(task.msgid, "LiLei")
    clock.advance(SOON)
    (waiting,) = (await corp.mass_sends.results(task.msgid, "LiLei")).items
    assert waiting["status"] == SendStatus.UNSENT
    assert heard(sim, f"friend:{ZHANG_SAN}:LiLei") == []
    assert sim.broadcasts.send("LiLei", task.msgid) == [SendStatus.SENT]
    assert heard(sim, f"friend:{ZHANG_SAN}:LiLei") == ["暑期班开始报名"]
    (sent,) = (await corp.mass_sends.results(task.msgid, "LiLei")).items
    (sender,) = (await corp.mass_sends.senders(task.msgid)).items
    assert (sent["status"], sent["external_userid"]) == (SendStatus.SENT, ZHANG_SAN)
    assert (sender["status"], sender["send_time"]) == (2, int(clock.now().timestamp()))
    with pytest.raises(ActRefused):
        sim.broadcasts.send("LiLei", task.msgid)


async def test_one_customer_gets_one_a_day_and_four_a_month(
    corp: CorpClient, sim: Simulator, clock: DrivenClock
) -> None:
    async def send() -> SendStatus:
        task = await corp.mass_sends.create(MassSendRequest("LiLei", "通知", (ZHANG_SAN,)))
        return sim.broadcasts.send("LiLei", task.msgid)[0]

    assert [await send(), await send()] == [SendStatus.SENT, SendStatus.GOT_OTHERS]
    for _ in range(3):
        clock.advance(DAY)
        assert await send() is SendStatus.SENT
    clock.advance(DAY)
    assert await send() is SendStatus.GOT_OTHERS
    clock.advance(27 * DAY)
    assert await send() is SendStatus.SENT


async def test_who_deleted_the_member_meanwhile_gets_nothing(
    corp: CorpClient, sim: Simulator
) -> None:
    task = await corp.mass_sends.create(OFFER)
    await sim.delete_rep(ZHANG_SAN, "LiLei")
    assert sim.broadcasts.send("LiLei", task.msgid) == [SendStatus.NOT_A_CONTACT]


async def test_groups_of_the_sender_get_text_and_link(corp: CorpClient, sim: Simulator) -> None:
    request = MassSendRequest("HanMeimei", "本周课程", is_to_groups=True, attachments=(LINK,))
    task = await corp.mass_sends.create(request)
    sim.broadcasts.send("HanMeimei", task.msgid)
    assert heard(sim, f"group:{GROUP}") == ["本周课程", "课程表"]


async def test_a_task_can_be_reminded_of_three_times_and_cancelled(
    corp: CorpClient, sim: Simulator
) -> None:
    task = await corp.mass_sends.create(OFFER)
    for _ in range(3):
        await corp.mass_sends.remind(task.msgid)
    with pytest.raises(PlatformError, match="45009"):
        await corp.mass_sends.remind(task.msgid)
    await corp.mass_sends.cancel(task.msgid)
    with pytest.raises(ActRefused):
        sim.broadcasts.send("LiLei", task.msgid)
    (offer,) = [m for m in sim.messages("mass:LiLei") if m.kind is MessageKind.OFFER]
    assert offer.replaced


async def test_tasks_are_listed_by_span(corp: CorpClient, clock: DrivenClock) -> None:
    task = await corp.mass_sends.create(OFFER)
    listed = await corp.mass_sends.created_between(clock.now() - DAY, clock.now() + DAY)
    assert [one["msgid"] for one in listed.items] == [task.msgid]
    later = await corp.mass_sends.created_between(clock.now() + DAY, clock.now() + 2 * DAY)
    assert later.items == ()


async def test_a_task_for_nobody_is_refused(corp: CorpClient) -> None:
    with pytest.raises(PlatformError, match="41048"):
        await corp.mass_sends.create(MassSendRequest("HanMeimei", "您好", (XIAO_MEI,)))
