"""Customers and groups change hands: through Clew's client, over HTTP, with the events."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.simulator.acts.friends import Edit
from bot.simulator.acts.stage import ActRefused
from bot.simulator.world.transfers import TransferStatus
from bot.wecom.client.transfers import Handover
from bot.wecom.errors import PlatformError
from handlers.updates import CustomerAdded, CustomerDeletedByRep, TransferFailed
from tests.unit.bot.simulator.seeded import EXPO, GROUP, STRANGER, TAG_HIGH, XIAO_MEI, ZHANG_SAN
from tests.unit.bot.simulator.understanding import updates

if TYPE_CHECKING:
    from bot.clock import DrivenClock
    from bot.simulator.simulator import Simulator
    from bot.wecom.client.corp import CorpClient
    from tests.unit.bot.simulator.listening_clew import ListeningClew

DAY = timedelta(days=1)
TO_HAN = Handover("LiLei", "HanMeimei", (ZHANG_SAN,))


async def status(corp: CorpClient, customer: str = ZHANG_SAN) -> object:
    page = await corp.transfers.results("LiLei", "HanMeimei")
    return {one["external_userid"]: one["status"] for one in page.items}[customer]


@pytest.fixture
async def friend(sim: Simulator, clew: ListeningClew) -> str:
    await sim.scan(ZHANG_SAN, EXPO)
    await sim.settled()
    clew.arrived.clear()
    return ZHANG_SAN


@pytest.mark.usefixtures("friend")
async def test_a_customer_is_with_the_new_member_a_day_later(
    corp: CorpClient, sim: Simulator, clew: ListeningClew, clock: DrivenClock
) -> None:
    sim.friends.edit(ZHANG_SAN, "LiLei", Edit(remark="A1 张三", tag_ids=(TAG_HIGH,)))
    await sim.settled()
    clew.arrived.clear()
    assert await corp.transfers.customers(TO_HAN, "由韩老师继续为您服务") == {ZHANG_SAN: 0}
    clock.advance(DAY - timedelta(seconds=1))
    sim.handovers.settle()
    assert await status(corp) == TransferStatus.WAITING
    clock.advance(timedelta(seconds=1))
    sim.handovers.settle()
    await sim.settled()
    assert await status(corp) == TransferStatus.DONE
    assert await corp.contacts.customers_of("HanMeimei") == (ZHANG_SAN,)
    moved = sim.world.relations.find("HanMeimei", ZHANG_SAN)
    assert moved is not None
    assert (moved.remark, moved.tag_ids) == ("A1 张三", [TAG_HIGH])
    gone, added = sorted(updates(clew, "wecom:clew"), key=lambda one: type(one).__name__)[::-1]
    assert isinstance(gone, CustomerDeletedByRep)
    assert gone.by_transfer
    assert isinstance(added, CustomerAdded)
    assert (added.userid, added.welcome_code) == ("HanMeimei", "")


@pytest.mark.usefixtures("friend")
async def test_a_customer_who_refuses_stays(
    corp: CorpClient, sim: Simulator, clew: ListeningClew, clock: DrivenClock
) -> None:
    await corp.transfers.customers(TO_HAN)
    sim.handovers.refuse(ZHANG_SAN)
    clock.advance(2 * DAY)
    sim.handovers.settle()
    await sim.settled()
    assert await status(corp) == TransferStatus.REFUSED
    (failed,) = updates(clew, "wecom:clew")
    assert isinstance(failed, TransferFailed)
    assert (failed.userid, failed.reason) == ("HanMeimei", "customer_refused")
    with pytest.raises(ActRefused):
        sim.handovers.refuse(ZHANG_SAN)


@pytest.mark.usefixtures("friend")
async def test_each_customer_has_an_errcode_of_its_own(corp: CorpClient) -> None:
    everybody = Handover("LiLei", "HanMeimei", (ZHANG_SAN, XIAO_MEI, STRANGER))
    verdicts = await corp.transfers.customers(everybody)
    assert verdicts == {ZHANG_SAN: 0, XIAO_MEI: 40131, STRANGER: 40096}
    assert await corp.transfers.customers(TO_HAN) == {ZHANG_SAN: 40129}
    to_self = Handover("LiLei", "LiLei", (ZHANG_SAN,))
    assert await corp.transfers.customers(to_self) == {ZHANG_SAN: 40130}


@pytest.mark.usefixtures("friend")
async def test_a_third_handover_within_ninety_days_is_refused(
    corp: CorpClient, sim: Simulator, clock: DrivenClock
) -> None:
    pair = ["LiLei", "HanMeimei"]
    for _ in range(2):
        await corp.transfers.customers(Handover(pair[0], pair[1], (ZHANG_SAN,)))
        clock.advance(DAY)
        sim.handovers.settle()
        pair.reverse()
    third = Handover(pair[0], pair[1], (ZHANG_SAN,))
    assert await corp.transfers.customers(third) == {ZHANG_SAN: 40128}
    clock.advance(90 * DAY)
    assert await corp.transfers.customers(third) == {ZHANG_SAN: 0}


@pytest.mark.usefixtures("friend")
async def test_a_leavers_customers_are_listed_and_handed_over(
    corp: CorpClient, sim: Simulator, clew: ListeningClew, clock: DrivenClock
) -> None:
    with pytest.raises(PlatformError, match="40097"):
        await corp.transfers.customers_of_leaver(TO_HAN)
    sim.staff.resign("LiLei")
    await sim.settled()
    clew.arrived.clear()
    with pytest.raises(PlatformError, match="40097"):
        await corp.transfers.customers(TO_HAN)
    (entry,) = (await corp.transfers.unassigned()).items
    assert entry["external_userid"] == ZHANG_SAN
    assert entry["dimission_time"] == int(clock.now().timestamp())
    assert await corp.transfers.customers_of_leaver(TO_HAN) == {ZHANG_SAN: 0}
    clock.advance(DAY)
    sim.handovers.settle()
    await sim.settled()
    assert await status(corp) == TransferStatus.DONE
    assert (await corp.transfers.unassigned()).items == ()
    assert [type(one) for one in updates(clew, "wecom:clew")] == [CustomerAdded]


async def test_a_member_who_is_full_takes_nobody(
    corp: CorpClient, sim: Simulator, clew: ListeningClew, clock: DrivenClock, friend: str
) -> None:
    limits = replace(sim.world.config.limits, customers_per_member=0)
    sim.reconfigure(replace(sim.world.config, limits=limits))
    await corp.transfers.customers(TO_HAN)
    clock.advance(DAY)
    sim.handovers.settle()
    await sim.settled()
    assert await status(corp, friend) == TransferStatus.LIMIT
    (failed,) = updates(clew, "wecom:clew")
    assert isinstance(failed, TransferFailed)
    assert failed.reason == "customer_limit_exceed"


async def test_groups_go_to_a_new_owner(corp: CorpClient, sim: Simulator) -> None:
    assert await corp.transfers.groups_of_leaver([GROUP, "wrNone"], "LiLei") == {
        GROUP: 40097,
        "wrNone": 40050,
    }
    assert await corp.transfers.groups([GROUP], "LiLei") == {}
    assert sim.world.groups[GROUP].owner == "LiLei"
    sim.staff.resign("LiLei")
    assert await corp.transfers.groups_of_leaver([GROUP], "HanMeimei") == {}
    assert sim.world.groups[GROUP].owner == "HanMeimei"
