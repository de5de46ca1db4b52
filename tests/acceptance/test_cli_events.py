"""``clew events``: list, register, look at the quarantine, release."""

from __future__ import annotations

import pytest

from bot.cli.run import run
from bot.clock import SystemClock
from bot.office_wire import open_office
from config.settings import load_settings
from domain.values import PersonId
from handlers.actions.quarantine import record_or_hold
from handlers.actions.record import Occurrence
from storage.repositories.items import Item
from tests.acceptance.command_line import TEXTS, Told, inside, said
from tests.factories import NOW, person

pytestmark = pytest.mark.usefixtures("settings_of_process")


def events(*words: str) -> Told:
    return inside("events", *words)


async def _hold(kind: str) -> None:
    async with open_office(load_settings(TEXTS), SystemClock()) as office:
        parts = office._parts  # type: ignore[attr-defined]
        async with parts.store.unit_of_work(parts.clock.now()) as work:
            who = work.add_person(person(id=PersonId(work.ids.next())))
            what = Occurrence(
                kind, NOW, "visit:1", properties={"hours": 2.0, "phone": "13812345678"}
            )
            await record_or_hold(work, parts.context, "shop", who.id, what)
            await work.commit()


def test_what_waits_is_shown_without_what_it_says_and_registered() -> None:
    assert events("quarantine").out == said("events.nothing_waits") + "\n"
    run(_hold("home_visit"))
    shown = events("quarantine")
    assert shown.status == 0
    for word in ("home_visit", "shop", "hours:number", "phone:text", "没有登记"):
        assert word in shown.out
    assert "13812345678" not in shown.out
    told = events(
        "register", "home_visit", "--label", "上门拜访", "--property", "hours:number:时长"
    )
    assert (told.status, told.out) == (0, said("events.registered", label="上门拜访") + "\n")
    listed = events("list").out
    assert "home_visit" in listed
    assert "上门拜访" in listed
    assert events("release", "home_visit").out == said("events.released", count=1) + "\n"
    assert events("release", "nothing").status == 1


async def _told_of(*items: str) -> None:
    async with open_office(load_settings(TEXTS), SystemClock()) as office:
        parts = office._parts  # type: ignore[attr-defined]
        async with parts.store.unit_of_work(parts.clock.now()) as work:
            for item in items:
                await work.items.put(Item("shop", "course", item, {}, NOW), f"r{item}")
            await work.commit()


def test_things_of_a_catalogue_are_counted() -> None:
    assert events("items").out == said("events.no_items") + "\n"
    run(_told_of("c-1", "c-2"))
    shown = events("items").out
    assert [word in shown for word in ("shop", "course", " 2 ")] == [True] * 3


def test_what_confuses_is_refused() -> None:
    told = events("register", "visit", "--label", "登录")
    assert told.status != 0
    assert TEXTS.get("refusals.kind_label_taken") in told.err
    told = events("register", "visit", "--label", "拜访", "--property", "a:date")
    assert told.status != 0
    assert "text, number, flag" in told.err
    assert "拜访" not in events("list").out
