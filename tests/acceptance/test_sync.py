"""A first synchronisation of thousands: killed, resumed, refused, and nothing twice."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from bot.clock import DrivenClock, SystemClock
from bot.simulator.app import SIMULATOR
from bot.simulator.simulator import Simulator
from tests.acceptance.command_line import clew, started
from tests.acceptance.listed import environment, fill, group
from tests.patience import until

CUSTOMERS = 3000
BOTH = CUSTOMERS // 10
PAGES = "*/batch/get_by_user"
LISTED = "select person_id from identity where value like 'wmListed%'"
YEAR = timedelta(days=365)


@pytest.fixture
def clock() -> DrivenClock:
    """Let the stand-in stand in the present, as the commands do."""
    return DrivenClock(SystemClock().now(), is_running=False)


@pytest.fixture
def sim(sim_server: TestServer) -> Simulator:
    return sim_server.app[SIMULATOR]


def rows(data: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(data / "clew.db")) as connection:
        return connection.execute(sql).fetchall()


def count(data: Path, what: str) -> int:
    ((number,),) = rows(data, f"select count(*) from {what}")
    return int(str(number))


async def test_everything_comes_in_once_though_it_is_killed_half_way(
    data: Path, sim_server: TestServer, sim: Simulator, clock: DrivenClock
) -> None:
    ids = fill(sim.world, CUSTOMERS, clock.now() - YEAR)
    group(sim.world, "wrListed0000000000000001", ids[:40], clock.now())
    settings = environment(data, sim_server)
    first = await started("sync", **settings)
    await until(lambda: count(data, "relation") > CUSTOMERS // 4)
    first.kill()
    await first.wait()
    half = count(data, "relation")
    assert CUSTOMERS // 4 < half < CUSTOMERS
    calls = len(sim.calls("/batch/get_by_user"))
    told = await clew("sync", **settings)
    assert told.status == 0, told.err
    assert count(data, "relation where userid in ('LiLei', 'HanMeimei')") == CUSTOMERS + BOTH
    assert count(data, f"person where id in ({LISTED})") == CUSTOMERS
    assert count(data, f"lead where person_id in ({LISTED})") == CUSTOMERS
    added = f"event where kind = 'contact_added' and person_id in ({LISTED})"
    assert count(data, added) == CUSTOMERS + BOTH
    # Two calls may have been under way when it died, for each of the lists.
    pages = -(-(CUSTOMERS + BOTH) // 100)
    assert calls < pages
    assert len(sim.calls("/batch/get_by_user")) <= pages + 2
    tagged = f"select count(distinct person_id) from tagging where person_id in ({LISTED})"
    assert rows(data, tagged) == [(-(-CUSTOMERS // 7),)]
    channels = rows(data, f"select distinct first_channel from lead where person_id in ({LISTED})")
    assert channels == [("expo",)]
    # Thousands of old acquaintances flood nobody with cards.
    assert count(data, "outbox") == 0
    assert count(data, "group_member where chat_id = 'wrListed0000000000000001'") == 41
    groups = sim.world.relations.tag_groups.values()
    assert count(data, "corp_tag") == sum(len(tags.tags) for tags in groups) > 0
    assert count(data, "employee where userid in ('LiLei', 'HanMeimei')") == 2
    assert count(data, "department where name <> ''") == len(sim.world.directory.departments)
