"""What an administrator changes by hand reaches Clew; the same through the API does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.simulator import demo
from bot.simulator.acts.stage import ActRefused
from bot.wecom.errors import PlatformError
from handlers.updates import (
    CorpTagChanged,
    DepartmentChanged,
    DepartmentCreated,
    DepartmentDeleted,
)
from tests.unit.bot.simulator.seeded import EXPO, TAG_HIGH, ZHANG_SAN
from tests.unit.bot.simulator.understanding import updates

if TYPE_CHECKING:
    from bot.simulator.simulator import Simulator
    from bot.wecom.client.corp import CorpClient
    from tests.unit.bot.simulator.listening_clew import ListeningClew


async def test_departments_come_change_and_go(
    corp: CorpClient, sim: Simulator, clew: ListeningClew
) -> None:
    made = sim.console.add_department("华东区", parentid=2)
    sim.console.rename_department(made.id, "华东大区")
    assert (await corp.directory.department(made.id))["name"] == "华东大区"
    assert {one["id"] for one in await corp.directory.department_ids()} == {1, 2, made.id}
    sim.console.remove_department(made.id)
    await sim.settled()
    heard = [type(one) for one in updates(clew, "wecom:clew")]
    assert set(heard) == {DepartmentCreated, DepartmentChanged, DepartmentDeleted}
    with pytest.raises(PlatformError, match="60003"):
        await corp.directory.department(made.id)
    with pytest.raises(ActRefused):
        sim.console.remove_department(2)


async def test_members_are_read_in_lists(corp: CorpClient) -> None:
    details = await corp.directory.user_details_of(1, has_children=True)
    assert {one["userid"] for one in details} == {"WangManager", "LiLei", "HanMeimei"}
    pairs = (await corp.directory.user_ids()).items
    assert {"userid": "LiLei", "department": 2} in pairs


async def test_tags_changed_by_hand_are_reported(sim: Simulator, clew: ListeningClew) -> None:
    group = sim.console.add_tags("年级", "初一", "初二")
    sim.console.rename_tag(group.tags[0].id, "七年级")
    sim.console.shuffle_tags(group.id)
    sim.console.shuffle_tags()
    sim.console.remove_tag(TAG_HIGH)
    await sim.settled()
    heard = [one for one in updates(clew, "wecom:clew") if isinstance(one, CorpTagChanged)]
    assert sorted(str(one.change) for one in heard) == [
        *["create"] * 3,
        "delete",
        *["shuffle"] * 2,
        "update",
    ]
    assert any(one.is_group for one in heard)


async def test_only_the_app_that_made_a_tag_edits_it(
    corp: CorpClient, sim: Simulator, clew: ListeningClew
) -> None:
    group = await corp.contacts.add_tags("来源", ["展会", "官网"], demo.AGENTID)
    tags = group["tag"]
    assert isinstance(tags, list)
    first, second = (one["id"] for one in tags)
    await corp.contacts.edit_tag(first, "展会 B7", demo.AGENTID)
    for refused in (
        corp.contacts.edit_tag(first, "官网", demo.AGENTID),
        corp.contacts.edit_tag(TAG_HIGH, "很想", demo.AGENTID),
        corp.contacts.edit_tag("etNone", "x", demo.AGENTID),
        corp.contacts.delete_tags([TAG_HIGH], demo.AGENTID),
    ):
        with pytest.raises(PlatformError, match=r"40071|81011|40068"):
            await refused
    follow = await sim.scan(ZHANG_SAN, EXPO)
    follow.tag_ids = [first, second]
    await corp.contacts.delete_tags([first], demo.AGENTID)
    assert follow.tag_ids == [second]
    await sim.settled()
    assert not [one for one in updates(clew, "wecom:clew") if isinstance(one, CorpTagChanged)]
