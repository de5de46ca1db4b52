"""Codes and links that we spread: made once, shown by the clock, known again when scanned."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from bot.clock import DrivenClock
from bot.demo import Demo, Place, demo
from bot.simulator.demo import MP_ACCOUNT, OPEN_KFID, demo_config
from bot.simulator.faults import Fault, FaultKind
from bot.simulator.world.people import Customer
from domain.channels.entry import Entry, EntryKind, EntryState, Schedule, Shift
from domain.values import BUSINESS_ZONE, Refusal, UserId
from handlers.actions.entry_points import change_entry, create_entry, delete_entry
from tests.acceptance.listed import HAN, LI

WORKDAYS, WEEKEND = frozenset(range(1, 6)), frozenset({6, 7})
#: A Monday morning.
MONDAY = datetime(2026, 3, 2, 8, tzinfo=BUSINESS_ZONE)
HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> DrivenClock:
    return DrivenClock(MONDAY, is_running=False)


@pytest.fixture
async def both(data: Path, clock: DrivenClock) -> AsyncIterator[Demo]:
    async with demo(Place(data), clock, demo_config()) as running:
        yield running


def way(word: str = "poster7", **changes: object) -> Entry:
    shifts = (
        Shift((UserId(LI),), WORKDAYS, time(9), time(18)),
        Shift((UserId(HAN),), WEEKEND),
    )
    entry = Entry(0, EntryKind.CONTACT_WAY, word, "book_qr", "练习册", schedule=Schedule(shifts))
    return replace(entry, **changes)  # type: ignore[arg-type]


async def made(both: Demo, wish: Entry) -> Entry:
    parts = both.service.parts
    async with parts.store.unit_of_work(parts.clock.now()) as work:
        entry = await create_entry(work, parts.context, wish)
        assert isinstance(entry, Entry), entry
        await work.commit()
    await both.service.settle()
    return await now_is(both, entry.id)


async def now_is(both: Demo, entry_id: int) -> Entry:
    async with both.service.parts.store.unit_of_work(both.service.parts.clock.now()) as work:
        entry = await work.entries.get(entry_id)
    assert entry is not None
    return entry


def users(both: Demo, entry: Entry) -> list[str]:
    return both.sim.world.relations.ways[entry.platform_id].users


async def pass_time(both: Demo, clock: DrivenClock, by: timedelta) -> None:
    clock.advance(by)
    await both.service.settle()


async def scan(both: Demo, entry: Entry, number: int) -> None:
    ident = f"wmScanner{number:023}"
    both.sim.world.customers.add(Customer(ident, f"扫码{number}", f"openid-{number}"))
    await both.sim.scan(ident, entry.platform_id)
    await both.sim.settled()
    await both.service.settle()


async def touches(both: Demo) -> list[tuple[str, str]]:
    async with both.service.parts.database.read() as tx:
        rows = await tx.fetch("select first_channel, first_state from lead order by id")
    return [(row["first_channel"], row["first_state"]) for row in rows]


async def test_a_contact_way_is_made_shows_by_the_clock_and_is_known_again(
    both: Demo, clock: DrivenClock
) -> None:
    entry = await made(both, way())
    assert entry.state is EntryState.READY
    assert entry.qr_code == f"/qr/{entry.platform_id}"
    await pass_time(both, clock, HOUR)
    assert users(both, entry) == [LI]
    await scan(both, entry, 1)
    assert await touches(both) == [("book_qr", "poster7")]
    # At half past nine in the evening of Friday nobody is on duty, on Saturday Han is.
    await pass_time(both, clock, timedelta(days=4, hours=15))
    assert users(both, entry) == [HAN]
    await pass_time(both, clock, timedelta(days=2, hours=9))
    assert users(both, entry) == [LI]


async def test_at_the_ceiling_a_rep_leaves_the_way_until_the_next_business_day(
    both: Demo, clock: DrivenClock
) -> None:
    shifts = (Shift((UserId(LI),)),)
    schedule = Schedule(shifts, backups=(UserId(HAN),), daily_ceiling=2)
    entry = await made(both, way(schedule=schedule))
    await scan(both, entry, 1)
    assert users(both, entry) == [LI]
    await scan(both, entry, 2)
    assert users(both, entry) == [HAN]
    await scan(both, entry, 3)
    assert users(both, entry) == [HAN]
    await pass_time(both, clock, timedelta(hours=15, minutes=59))
    assert users(both, entry) == [HAN]
    await pass_time(both, clock, timedelta(minutes=2))
    assert users(both, entry) == [LI]


async def test_adding_back_counts_no_second_time(both: Demo) -> None:
    schedule = Schedule((Shift((UserId(LI),)),), backups=(UserId(HAN),), daily_ceiling=2)
    entry = await made(both, way(schedule=schedule))
    ident = f"wmHalf{0:026}"
    both.sim.world.customers.add(Customer(ident, "单向", "openid-half"))
    await both.sim.scan(ident, entry.platform_id, is_half=True)
    both.sim.friends.confirm(ident, LI)
    await both.sim.settled()
    await both.service.settle()
    assert users(both, entry) == [LI]
    await scan(both, entry, 2)
    assert users(both, entry) == [HAN]


async def test_a_lost_answer_makes_no_second_way(both: Demo, clock: DrivenClock) -> None:
    before = len(both.sim.world.relations.ways)
    lost = Fault(FaultKind.LOST_ANSWER, "*/add_contact_way", times=1)
    both.sim.faults.add(lost)
    entry = await made(both, way())
    assert entry.platform_id == ""
    await pass_time(both, clock, timedelta(minutes=1))
    ready = await now_is(both, entry.id)
    assert ready.state is EntryState.READY
    assert len(both.sim.world.relations.ways) == before + 1


async def test_a_way_follows_changes_and_is_taken_away(both: Demo, clock: DrivenClock) -> None:
    entry = await made(both, way())
    parts = both.service.parts
    wish = replace(entry, schedule=Schedule((Shift((UserId(HAN),)),)), channel="agent_offline")
    async with parts.store.unit_of_work(clock.now()) as work:
        assert isinstance(await change_entry(work, parts.context, wish), Entry)
        await work.commit()
    await both.service.settle()
    assert users(both, entry) == [HAN]
    await scan(both, entry, 1)
    assert await touches(both) == [("agent_offline", "poster7")]
    async with parts.store.unit_of_work(clock.now()) as work:
        await delete_entry(work, entry.id)
        await work.commit()
    await both.service.settle()
    assert entry.platform_id not in both.sim.world.relations.ways


async def test_links_scenes_and_group_codes_lead_to_their_channels(both: Demo) -> None:
    sim, chat_id = both.sim, next(iter(both.sim.world.groups))
    li = Schedule((Shift((UserId(LI),)),))
    link = await made(
        both, way("ad-1", kind=EntryKind.ACQUISITION_LINK, channel="sem", schedule=li)
    )
    assert link.url.endswith("?customer_channel=ad-1")
    code = way("poster-mp", kind=EntryKind.MP_SCENE, channel="expo", account=MP_ACCOUNT)
    scene = await made(both, code)
    assert scene.qr_code
    desk = way("page3", kind=EntryKind.KF_SCENE, channel="landing_page", account=OPEN_KFID)
    service = await made(both, desk)
    assert service.url
    door = way("hall", kind=EntryKind.JOIN_WAY, channel="referral", chat_ids=(chat_id,))
    hall = await made(both, door)
    for number in range(4):
        ident = f"wmVisitor{number:023}"
        sim.world.customers.add(Customer(ident, f"访客{number}", f"openid-visitor-{number}"))
    sim.acquirers.open(f"wmVisitor{0:023}", link.platform_id, "ad-1")
    await sim.follow(f"wmVisitor{1:023}", "poster-mp")
    await sim.enter_kf(f"wmVisitor{2:023}", "page3", "button")
    sim.rooms.scan(f"wmVisitor{3:023}", hall.platform_id)
    await sim.settled()
    await both.service.settle()
    assert sorted(await touches(both)) == [
        ("expo", "poster-mp"),
        ("landing_page", "page3:button"),
        ("referral", "hall"),
        ("sem", "ad-1"),
    ]


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (way(channel="nowhere"), "unknown_channel"),
        (way("x" * 31), "entry_bad_word"),
        (way("two words"), "entry_bad_word"),
        (way(schedule=Schedule()), "entry_no_member"),
        (way(schedule=Schedule((Shift((UserId("Nobody"),)),))), "no_such_rep"),
    ],
)
async def test_what_the_platform_would_not_take_is_refused_with_a_reason(
    both: Demo, wish: Entry, code: str
) -> None:
    parts = both.service.parts
    async with parts.store.unit_of_work(parts.clock.now()) as work:
        refusal = await create_entry(work, parts.context, wish)
    assert isinstance(refusal, Refusal)
    assert refusal.code == code


async def test_a_word_stands_for_one_entry_point(both: Demo) -> None:
    await made(both, way())
    parts = both.service.parts
    async with parts.store.unit_of_work(parts.clock.now()) as work:
        refusal = await create_entry(work, parts.context, way())
    assert isinstance(refusal, Refusal)
    assert refusal.code == "entry_word_taken"
