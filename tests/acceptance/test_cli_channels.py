"""``clew channels`` beside a running service, and without one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import click
import pytest

from bot.cli.channels import Change, changed, read_shift, schedule_words, typed_shift
from bot.clock import DrivenClock
from bot.demo import Demo, Place, demo, demo_environment
from bot.simulator.world.acquisition import AcquisitionLink
from bot.story import START
from domain.channels.entry import Entry, EntryKind, Schedule, Shift
from domain.values import UserId
from tests.acceptance.command_line import Told, clew, said


@pytest.fixture
async def both(data: Path, clock: DrivenClock) -> AsyncIterator[Demo]:
    async with demo(Place(data), clock) as running:
        yield running


async def channels(both: Demo, data: Path, *words: str) -> Told:
    return await clew("channels", *words, **demo_environment(Place(data), both.windows))


async def test_a_way_is_made_listed_and_removed_beside_the_service(both: Demo, data: Path) -> None:
    wish = ("add", "contact_way", "book-7", "--channel", "图书二维码", "--shift", "LiLei")
    told = await channels(both, data, *wish)
    assert told.status == 0, told.err
    await both.service.settle()
    [way] = [w for w in both.sim.world.relations.ways.values() if w.state == "book-7"]
    listed = await channels(both, data, "ways")
    for shown in ("book-7", "图书二维码", "LiLei", way.qr_code, said("channels.state.ready")):
        assert shown in listed.out
    again = await channels(both, data, *wish)
    assert (again.status, again.out) == (1, "")
    assert "book-7" in again.err
    entry_id = next(word for word in listed.out.split() if word.isdecimal() and len(word) > 9)
    shifts = ("--shift", "HanMeimei", "--channel", "展会")
    assert (await channels(both, data, "change", entry_id, *shifts)).status == 0
    await both.service.settle()
    assert way.users == ["HanMeimei"]
    assert (await channels(both, data, "remove", entry_id)).status == 0
    await both.service.settle()
    assert way.config_id not in both.sim.world.relations.ways


async def test_a_ceiling_is_shown_changed_and_taken_away(both: Demo, data: Path) -> None:
    shifts = ("--shift", "1-5 09:00-18:00 LiLei", "--backup", "HanMeimei", "--ceiling", "30")
    assert (
        await channels(both, data, "add", "contact_way", "book-8", "--channel", "展会", *shifts)
    ).status == 0
    ceiling, backups = said("channels.most_a_day", most=30), said("channels.backups", userids="")
    listed = (await channels(both, data, "ways")).out
    for shown in ("1-5 09:00-18:00 LiLei", f"{backups}HanMeimei", ceiling):
        assert shown in listed
    [line] = [line for line in listed.splitlines() if "book-8" in line]
    entry_id = next(word for word in line.split() if word.isdecimal() and len(word) > 9)
    both_at_once = await channels(both, data, "change", entry_id, "--ceiling", "5", "--no-ceiling")
    assert (both_at_once.status, both_at_once.err.strip()) == (2, said("channels.ceiling_and_none"))
    assert (await channels(both, data, "change", entry_id, "--title", "练习册")).status == 0
    assert ceiling in (await channels(both, data, "ways")).out
    assert (await channels(both, data, "change", entry_id, "--no-ceiling")).status == 0
    assert ceiling not in (await channels(both, data, "ways")).out


async def test_ways_of_others_are_adopted_once(both: Demo, data: Path) -> None:
    world, at = both.sim.world, START
    links = world.acquisition.links
    before = len([link for link in links.values() if link.users and not link.departments])
    links["l1"] = AcquisitionLink("l1", "抖音三月", ["LiLei"], [], at)
    links["l2"] = AcquisitionLink("l2", "全部门", [], [1], at)
    count = len(world.relations.ways) + before + 1
    told = await channels(both, data, "adopt")
    assert said("channels.adopted_all", count=count) in told.out
    assert "全部门" not in told.out
    listed = (await channels(both, data, "ways")).out
    assert "抖音三月" in listed
    told = await channels(both, data, "adopt")
    assert said("channels.adopted_all", count=0) in told.out


async def test_figures_of_an_empty_month_say_so(both: Demo, data: Path) -> None:
    assert said("channels.nothing") in (await channels(both, data, "list")).out


@pytest.mark.parametrize(
    ("typed", "userids", "days", "hours"),
    [
        ("LiLei", ("LiLei",), set(range(1, 8)), ("00:00", "00:00")),
        ("1-5 09:00-18:00 LiLei,Han", ("LiLei", "Han"), {1, 2, 3, 4, 5}, ("09:00", "18:00")),
        ("6,7 LiLei", ("LiLei",), {6, 7}, ("00:00", "00:00")),
        ("22:00-06:00 LiLei", ("LiLei",), set(range(1, 8)), ("22:00", "06:00")),
    ],
)
def test_a_shift_is_read_as_it_is_typed(
    typed: str, userids: tuple[str, ...], days: set[int], hours: tuple[str, str]
) -> None:
    shift = read_shift(typed)
    assert (shift.userids, shift.weekdays) == (userids, days)
    assert (f"{shift.since:%H:%M}", f"{shift.until:%H:%M}") == hours


@pytest.mark.parametrize(
    "typed",
    ["LiLei", "1-5 09:00-18:00 LiLei,Han", "6-7 LiLei", "1,3-4,7 LiLei", "22:00-06:00 LiLei"],
)
def test_a_shift_is_shown_as_it_is_typed(typed: str) -> None:
    assert typed_shift(read_shift(typed)) == typed


def test_only_what_is_typed_changes() -> None:
    shifts = (Shift((UserId("LiLei"),)),)
    before = Entry(7, EntryKind.CONTACT_WAY, "a", "expo", schedule=Schedule(shifts, (), 30))
    assert changed(before, Change(7, title="b")).schedule == before.schedule
    assert changed(before, Change(7, ceiling=5)).schedule == Schedule(shifts, (), 5)
    assert changed(before, Change(7, is_unlimited=True)).schedule == Schedule(shifts)
    assert schedule_words(Schedule(shifts)) == ("LiLei",)


@pytest.mark.parametrize("typed", ["", "8 LiLei", "25:00-26:00 LiLei", "早上 LiLei"])
def test_a_shift_that_cannot_be_read_is_said(typed: str) -> None:
    with pytest.raises((SystemExit, click.ClickException)):
        read_shift(typed)


async def test_help_explains_every_command_of_channels() -> None:
    told = await clew("channels", "--help")
    assert told.status == 0
    for command in ("list", "ways", "add", "change", "remove", "adopt"):
        assert f"  {command} " in told.out
        assert said(f"channels.{command}")[:10] in told.out
