"""Acquisition links through Clew's client, and the people who come through them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.simulator.acts.stage import ActRefused
from bot.wecom.client.acquisition import LinkRequest
from bot.wecom.errors import PlatformError
from handlers.updates import (
    AcquisitionAccountChanged,
    AcquisitionChatStarted,
    AcquisitionFriendRequested,
    AcquisitionLinkChanged,
    AcquisitionMessageReceived,
    AcquisitionProfileOpened,
    CustomerAdded,
)
from tests.unit.bot.simulator.seeded import XIAO_MEI, ZHANG_SAN
from tests.unit.bot.simulator.understanding import updates

if TYPE_CHECKING:
    from bot.simulator.simulator import Simulator
    from bot.wecom.client.corp import CorpClient
    from tests.unit.bot.simulator.listening_clew import ListeningClew


async def test_a_link_is_made_read_changed_and_deleted(corp: CorpClient) -> None:
    links = corp.acquisition
    made = await links.create(LinkRequest("抖音投放", ("LiLei",)))
    assert made.for_channel("feed ads") == f"{made.url}?customer_channel=feed%20ads"
    listed, cursor = await links.link_ids()
    assert (listed[-1], cursor) == (made.link_id, "")
    await links.update(made.link_id, LinkRequest("小红书", ("HanMeimei",), (2,)))
    read, who = await links.get(made.link_id)
    assert (read.name, who) == ("小红书", {"user_list": ["HanMeimei"], "department_list": [2]})
    await links.delete(made.link_id)
    with pytest.raises(PlatformError, match="40058"):
        await links.get(made.link_id)


@pytest.mark.parametrize(
    ("request_", "errcode"),
    [
        (LinkRequest("x", ("Nobody",)), "60111"),
        (LinkRequest("x", (), (99,)), "60003"),
        (LinkRequest("x"), "40058"),
    ],
)
async def test_a_link_needs_somebody_who_exists(
    corp: CorpClient, request_: LinkRequest, errcode: str
) -> None:
    with pytest.raises(PlatformError, match=errcode):
        await corp.acquisition.create(request_)


async def test_customers_of_a_link_carry_its_channel(
    corp: CorpClient, sim: Simulator, clew: ListeningClew
) -> None:
    link = await corp.acquisition.create(LinkRequest("投放", ("LiLei", "HanMeimei")))
    reps = [sim.acquirers.open(one, link.link_id, "ads").userid for one in (ZHANG_SAN, XIAO_MEI)]
    assert sorted(reps) == ["HanMeimei", "LiLei"]
    sim.acquirers.wrote(ZHANG_SAN, reps[0])
    sim.acquirers.wrote(ZHANG_SAN, reps[0])
    await sim.settled()
    heard = updates(clew, "wecom:clew")
    assert {one.state for one in heard if isinstance(one, CustomerAdded)} == {"ads"}
    (started,) = [one for one in heard if isinstance(one, AcquisitionChatStarted)]
    (more,) = [one for one in heard if isinstance(one, AcquisitionMessageReceived)]
    assert (started.link_id, started.chat_key) == (link.link_id, more.chat_key)
    info = await corp.acquisition.chat_info(started.chat_key)
    assert info["chat_info"] == {"recv_msg_cnt": 2, "link_id": link.link_id, "state": "ads"}
    page = await corp.acquisition.customers(link.link_id)
    assert [(one["external_userid"], one["chat_status"]) for one in page.items] == [
        (ZHANG_SAN, 1),
        (XIAO_MEI, 0),
    ]


async def test_quota_runs_low_then_out_and_is_bought_again(
    corp: CorpClient, sim: Simulator, clew: ListeningClew
) -> None:
    link = await corp.acquisition.create(LinkRequest("投放", ("LiLei",), skip_verify=False))
    sim.world.acquisition.balance = 20
    newcomers = [sim.staff.add_customer(f"客户{n}").external_userid for n in range(21)]
    for one in newcomers[:20]:
        sim.acquirers.open(one, link.link_id)
    with pytest.raises(ActRefused):
        sim.acquirers.open(newcomers[20], link.link_id)
    assert (await corp.acquisition.quota()).balance == 0
    sim.acquirers.buy(50)
    sim.acquirers.warn_of_expiry()
    await sim.settled()
    assert (await corp.acquisition.quota()).balance == 50
    heard = updates(clew, "wecom:clew")
    told = {one.change for one in heard if isinstance(one, AcquisitionAccountChanged)}
    assert told == {"balance_low", "balance_exhausted", "balance_increased", "quota_expire_soon"}
    requests = [one for one in heard if isinstance(one, AcquisitionFriendRequested)]
    assert len(requests) == 20


async def test_links_changed_in_the_console_are_reported(
    corp: CorpClient, sim: Simulator, clew: ListeningClew
) -> None:
    link = await corp.acquisition.create(LinkRequest("投放", ("LiLei",)))
    sim.acquirers.open_profile(link.link_id, "ads")
    sim.acquirers.disable_link(link.link_id)
    sim.acquirers.remove_link(link.link_id)
    await sim.settled()
    heard = updates(clew, "wecom:clew")
    changes = {one.change for one in heard if isinstance(one, AcquisitionLinkChanged)}
    assert changes == {"link_unavailable", "delete_link"}
    assert any(isinstance(one, AcquisitionProfileOpened) for one in heard)
