"""The message archive: a notice, then lines that Clew's client pulls and its parser reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.simulator import demo
from bot.simulator.api.archive import LINES_PATH
from bot.simulator.config import ArchiveConfig, SimulatorConfig
from bot.wecom.client.archive import ArchiveLines
from bot.wecom.errors import NotSentError
from bot.wecom.parse import parse
from handlers.updates import ArchiveApproved, ArchivedMessage, ArchiveNotified, CustomerAdded
from tests.unit.bot.simulator.seeded import EXPO, GROUP, ZHANG_SAN
from tests.unit.bot.simulator.understanding import updates

if TYPE_CHECKING:
    import aiohttp
    from aiohttp.test_utils import TestClient

    from bot.clock import DrivenClock
    from bot.simulator.simulator import Simulator
    from bot.wecom.client.corp import CorpClient
    from tests.unit.bot.simulator.listening_clew import ListeningClew

SOURCE = f"archive:{demo.CORPID}"


@pytest.fixture
def base_config() -> SimulatorConfig:
    return replace(demo.demo_config(), archive=ArchiveConfig("archive-secret"))


@pytest.fixture
def lines(client: TestClient[Any, Any], session: aiohttp.ClientSession) -> ArchiveLines:
    return ArchiveLines(session, str(client.make_url(LINES_PATH)), "archive-secret")


async def read(lines: ArchiveLines, seq: int = 0) -> list[ArchivedMessage]:
    found = [parse(SOURCE, line.raw) for line in await lines.after(seq)]
    return [one for one in found if isinstance(one, ArchivedMessage)]


async def test_what_is_said_to_customers_and_in_groups_is_pulled_in_order(
    sim: Simulator, clew: ListeningClew, lines: ArchiveLines
) -> None:
    await sim.scan(ZHANG_SAN, EXPO)
    said = sim.friends.say(ZHANG_SAN, "LiLei", ZHANG_SAN, "多少钱")
    sim.rooms.say(GROUP, "HanMeimei", "大家好")
    await sim.say_app("LiLei", "这句不存档")
    sim.archivist.recall(said.id)
    await sim.settled()
    first, second, third = await read(lines)
    assert (first.sender, first.receivers, first.is_external) == (ZHANG_SAN, ("LiLei",), True)
    assert (second.sender, second.room_id) == ("HanMeimei", GROUP)
    assert (third.action, third.recalled_msgid) == ("recall", first.msgid)
    assert [line.seq for line in await lines.after(1, limit=1)] == [2]
    assert await lines.after(3) == ()
    notices = [u for u in updates(clew, "wecom:clew") if isinstance(u, ArchiveNotified)]
    assert len(notices) == 1


async def test_the_next_notice_waits_fifteen_seconds(
    sim: Simulator, clew: ListeningClew, clock: DrivenClock
) -> None:
    for _ in range(3):
        sim.rooms.say(GROUP, "HanMeimei", "大家好")
    sim.archivist.notify()
    clock.advance(timedelta(seconds=15))
    sim.archivist.notify()
    sim.archivist.notify()
    await sim.settled()
    assert len(clew.named("msgaudit_notify")) == 2


async def test_who_disagrees_is_not_archived_until_they_agree(
    sim: Simulator, clew: ListeningClew, corp: CorpClient, lines: ArchiveLines
) -> None:
    await sim.scan(ZHANG_SAN, EXPO)
    pair = ("LiLei", ZHANG_SAN)
    assert await corp.consents.of_pairs([pair]) == {pair: "Default_Agree"}
    sim.archivist.disagree(ZHANG_SAN, "LiLei")
    sim.friends.say(ZHANG_SAN, "LiLei", ZHANG_SAN, "别存")
    assert await corp.consents.of_pairs([pair]) == {pair: "Disagree"}
    assert await read(lines) == []
    sim.archivist.agree(ZHANG_SAN, "LiLei")
    sim.friends.say(ZHANG_SAN, "LiLei", ZHANG_SAN, "好的")
    await sim.settled()
    assert len(await read(lines)) == 1
    heard = {type(one) for one in updates(clew, "wecom:clew")}
    assert heard == {CustomerAdded, ArchiveApproved, ArchiveNotified}


async def test_lines_are_kept_five_days(
    sim: Simulator, clock: DrivenClock, lines: ArchiveLines
) -> None:
    sim.rooms.say(GROUP, "HanMeimei", "大家好")
    clock.advance(timedelta(days=5, seconds=1))
    assert await lines.after(0) == ()


async def test_a_wrong_secret_pulls_nothing(
    client: TestClient[Any, Any], session: aiohttp.ClientSession
) -> None:
    stranger = ArchiveLines(session, str(client.make_url(LINES_PATH)), "wrong")
    with pytest.raises(NotSentError, match="http_403"):
        await stranger.after(0)
