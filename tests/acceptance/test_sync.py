"""A first synchronisation of thousands: killed, resumed, refused, and nothing twice."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from bot.bootstrap import build
from bot.clock import DrivenClock, SystemClock
from bot.demo import Place, demo, demo_environment, demo_settings
from bot.loops import taking_in
from bot.simulator.app import SIMULATOR
from bot.simulator.faults import Fault, FaultKind
from bot.simulator.simulator import Simulator
from bot.simulator.world.people import Customer, Department, Employee, MemberStatus
from bot.sync_desk import LocalSyncDesk
from storage.inbox import InboxState
from tests.acceptance.command_line import clew, said, started
from tests.acceptance.listed import HAN, LI, environment, fill, follow, group, tag_of
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
    tagged = (
        "select count(distinct person_id) from tagging"
        f" where source = 'wecom' and person_id in ({LISTED})"
    )
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


async def test_refused_rates_and_busy_moments_only_take_longer(
    data: Path, sim_server: TestServer, sim: Simulator, clock: DrivenClock
) -> None:
    fill(sim.world, 300, clock.now() - YEAR)
    for errcode, after in ((45033, 0), (-1, 1), (45033, 2)):
        fault = Fault(FaultKind.ERRCODE, PAGES, times=1, after=after, errcode=errcode)
        sim.faults.add(fault)
    told = await clew("sync", **environment(data, sim_server))
    assert told.status == 0, told.err
    assert count(data, f"lead where person_id in ({LISTED})") == 300
    assert len(sim.calls("/batch/get_by_user")) == 4 + 3


async def test_a_used_up_minute_rests_and_goes_on_where_it_was(
    data: Path, sim_server: TestServer, sim: Simulator, clock: DrivenClock
) -> None:
    fill(sim.world, 300, clock.now() - YEAR)
    settings = environment(data, sim_server)
    sim.faults.add(Fault(FaultKind.ERRCODE, PAGES, times=1, after=1, errcode=45009))
    waiting = await started("sync", **settings)
    rests = "platform_fetch where kind = 'sync_page' and error like 'slow_down%'"
    await until(lambda: count(data, rests) == 1)
    # The window of a minute is not over, so nothing is asked again.
    assert len(sim.calls("/batch/get_by_user")) == 2
    assert count(data, f"lead where person_id in ({LISTED})") == 100
    waiting.kill()
    await waiting.wait()
    # The minute is over, on both sides.
    clock.advance(timedelta(minutes=1))
    with closing(sqlite3.connect(data / "clew.db")) as connection, connection:
        connection.execute("update counter set value = 0 where name like 'rest:fetch:%'")
    told = await clew("sync", **settings)
    assert told.status == 0, told.err
    assert count(data, f"lead where person_id in ({LISTED})") == 300


async def test_a_right_that_is_missing_is_said_and_the_rest_is_read(
    data: Path, sim_server: TestServer, sim: Simulator, clock: DrivenClock
) -> None:
    fill(sim.world, 20, clock.now() - YEAR)
    settings = environment(data, sim_server)
    fault = sim.faults.add(Fault(FaultKind.ERRCODE, "*/batch/get_by_user", None, errcode=48002))
    told = await clew("sync", **settings)
    assert told.status == 1
    assert "48002" in told.err
    assert count(data, "customer_group") == len(sim.world.groups)
    sim.faults.remove(fault.id)
    assert (await clew("sync", **settings)).status == 0
    assert count(data, f"lead where person_id in ({LISTED})") == 20


async def test_a_reconciliation_finds_what_was_made_to_differ(
    data: Path, sim_server: TestServer, sim: Simulator, clock: DrivenClock
) -> None:
    world, since = sim.world, clock.now() - YEAR
    ids = fill(world, 150, since)
    talk = group(world, "wrListed0000000000000001", ids[:10], since)
    world.directory.add(Employee("OldHand", "老人", [1]))
    settings = environment(data, sim_server)
    assert (await clew("sync", **settings)).status == 0
    told = await clew("sync", "--check", **settings)
    assert (told.status, told.err) == (0, "")
    assert "一致" in told.out

    follow(world, LI, ids[2], since)
    world.relations.drop(LI, ids[1])
    world.relations.find(LI, ids[3]).remark = "另一个备注"
    world.relations.find(LI, ids[5]).tag_ids.append(tag_of(world))
    world.relations.find(LI, ids[7]).mobiles = ["139 0000 7777", "不详"]
    world.customers.all[ids[8]].unionid = "oUnheardOf00000000000000008"
    world.directory.departments[77] = Department(77, "新部门")
    world.customers.add(Customer("wmUnheardOf000000000001", "没听过", "openid-unheard"))
    follow(world, HAN, "wmUnheardOf000000000001", since)
    talk.name = "改了名"
    del talk.members[ids[0]]
    world.directory.add(Employee("NewHand", "新人", [1]))
    world.directory.add(Employee("OldHand", "老人", [1], status=MemberStatus.LEFT))
    group(world, "wrUnheardOf000000000001", [], since)

    told = await clew("sync", "--check", **settings)
    assert told.status == 1
    for kind, about in (
        ("missing_employee", "NewHand"),
        ("employee_left", "OldHand"),
        ("missing_person", "wmUnheardOf000000000001"),
        ("missing_relation", ids[2]),
        ("relation_gone", ids[1]),
        ("remark", ids[3]),
        ("tags", ids[5]),
        ("phones", ids[7]),
        ("unionid", ids[8]),
        ("missing_department", "77"),
        ("missing_group", "wrUnheardOf000000000001"),
        ("group_name", talk.chat_id),
        ("group_members", talk.chat_id),
    ):
        heading = said("reconcile.group", what=said(f"reconcile.kind.{kind}"), count=1)
        assert f"{heading}\n  {about}" in told.out
    for personal in ("另一个备注", "7777", "oUnheardOf"):
        assert personal not in told.out

    assert (await clew("sync", **settings)).status == 0
    assert (await clew("sync", "--check", **settings)).status == 0
    assert rows(data, "select userid from employee where not is_active") == [("OldHand",)]
    gone = f"relation r join identity i using (person_id) where i.value = '{ids[1]}'"
    assert count(data, f"{gone} and r.state = 'deleted_by_rep'") == 1


async def test_both_databases_take_in_the_same_and_nothing_differs(
    database_url: str,
    tmp_path: Path,
    sim_server: TestServer,
    sim: Simulator,
    clock: DrivenClock,
) -> None:
    ids = fill(sim.world, 250, clock.now() - YEAR)
    group(sim.world, "wrListed0000000000000001", ids[:10], clock.now())
    place = Place(tmp_path / "place", database_url=database_url)
    settings = demo_settings(place, str(sim_server.make_url("")).rstrip("/"))
    async with build(settings, clock) as parts, taking_in(parts):
        desk = LocalSyncDesk(parts)
        for _ in range(2):  # a second run changes nothing
            await desk.begin()
            await until(lambda: is_over(desk))
            async with parts.database.read() as tx:
                kinds = "'contact_added', 'lead_created'"
                [found] = await tx.fetch(
                    "select (select count(*) from relation) as relations,"
                    " (select count(*) from lead) as leads,"
                    f" (select count(*) from event where kind in ({kinds})) as events"
                )
            assert (found["relations"], found["leads"], found["events"]) == (275, 250, 525)
        plan = await desk.plan_check()
        checked = [await desk.check(check) for check in plan.checks]
    assert [one.trouble for one in checked if one.trouble] == []
    assert [difference for one in checked for difference in one.differences] == []


async def is_over(desk: LocalSyncDesk) -> bool:
    progress = await desk.progress()
    return progress is not None and progress.is_over


async def test_a_running_service_does_the_work(data: Path, clock: DrivenClock) -> None:
    async with demo(Place(data), clock) as both:
        fill(both.sim.world, 120, clock.now() - YEAR)
        settings = demo_environment(Place(data), both.windows)
        told = await clew("sync", **settings)
        assert told.status == 0, told.err
        assert count(data, f"lead where person_id in ({LISTED})") == 120
        told = await clew("sync", "--check", **settings)
        assert (told.status, told.err) == (0, "")


async def test_a_page_that_keeps_failing_is_said(
    data: Path, sim_server: TestServer, sim: Simulator, clock: DrivenClock
) -> None:
    fill(sim.world, 20, clock.now() - YEAR)
    settings = demo_settings(Place(data), str(sim_server.make_url("")).rstrip("/"))
    async with build(settings, clock) as parts:
        desk = LocalSyncDesk(parts)
        await desk.begin()
        await parts.fetcher.drain_once()
        for row in await parts.inbox.claim(10, YEAR, clock.now()):
            await parts.inbox.park(row.lease_token, row.id, "RuntimeError")
        seen = await desk.progress()
        assert seen is not None
        assert seen.is_parked
        for row in await parts.inbox.list(InboxState.PARKED, 10):
            await parts.inbox.replay(row.id)
        seen = await desk.progress()
        assert seen is not None
        assert not seen.is_parked
