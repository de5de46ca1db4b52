"""Customer groups (fact sheet 2.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.simulator.acts.stage import ActRefused
from tests.unit.bot.simulator.seeded import GROUP, STRANGER, XIAO_MEI, ZHANG_SAN

if TYPE_CHECKING:
    from bot.simulator.simulator import Simulator
    from tests.unit.bot.simulator.listening_clew import ListeningClew

WINDOW = f"group:{GROUP}"


async def last(sim: Simulator, clew: ListeningClew) -> dict[str, str]:
    await sim.settled()
    return clew.arrived[-1].fields


async def test_joining_is_told_with_scene_and_member(sim: Simulator, clew: ListeningClew) -> None:
    await sim.join_group(ZHANG_SAN, GROUP)
    fields = await last(sim, clew)
    assert (fields["Event"], fields["FromUserName"]) == ("change_external_chat", "sys")
    assert (fields["ChatId"], fields["ChangeType"]) == (GROUP, "update")
    assert (fields["UpdateDetail"], fields["JoinScene"]) == ("add_member", "3")
    assert fields["MemChangeCnt"] == "1"
    assert clew.arrived[-1].text("MemChangeList/Item") == ZHANG_SAN
    assert fields["LastMemVer"] != fields["CurMemVer"]
    assert sim.world.windows.conversations[WINDOW].members == ["HanMeimei", ZHANG_SAN]
    assert sim.messages(WINDOW)[-1].text == "张三 加入了群聊"


@pytest.mark.parametrize("scene", [0, 1])
async def test_leaving_is_told_with_scene(sim: Simulator, clew: ListeningClew, scene: int) -> None:
    await sim.join_group(ZHANG_SAN, GROUP)
    sim.rooms.leave(ZHANG_SAN, GROUP, scene)
    fields = await last(sim, clew)
    assert (fields["UpdateDetail"], fields["QuitScene"]) == ("del_member", str(scene))


async def test_creating_renaming_and_dismissing_are_told(
    sim: Simulator, clew: ListeningClew
) -> None:
    group = sim.rooms.create("语文家长群", "lilei")
    assert (await last(sim, clew))["ChangeType"] == "create"
    assert group.owner == "LiLei"
    sim.rooms.rename(group.chat_id, "语文家长 2 群")
    fields = await last(sim, clew)
    assert (fields["UpdateDetail"], fields["JoinScene"]) == ("change_name", "0")
    assert sim.world.windows.conversations[f"group:{group.chat_id}"].title == "语文家长 2 群"
    sim.rooms.dismiss(group.chat_id)
    assert (await last(sim, clew))["ChangeType"] == "dismiss"
    with pytest.raises(ActRefused):
        await sim.join_group(ZHANG_SAN, group.chat_id)


async def test_talk_in_the_group_is_told_to_nobody(sim: Simulator, clew: ListeningClew) -> None:
    sim.rooms.say(GROUP, "HanMeimei", "欢迎")
    await sim.settled()
    assert clew.arrived == []
    assert sim.messages(WINDOW)[-1].text == "欢迎"
    with pytest.raises(ActRefused):
        sim.rooms.say(GROUP, XIAO_MEI, "大家好")


async def test_impossible_moves_are_refused(sim: Simulator) -> None:
    await sim.join_group(ZHANG_SAN, GROUP)
    for act in (sim.join_group(ZHANG_SAN, GROUP), sim.join_group(STRANGER, GROUP)):
        with pytest.raises(ActRefused):
            await act
    with pytest.raises(ActRefused):
        sim.rooms.leave(XIAO_MEI, GROUP)
    with pytest.raises(ActRefused):
        sim.rooms.create("群", "Nobody")
