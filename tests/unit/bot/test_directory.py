"""Who works here, as the platform lists them at the start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.clock import DrivenClock
from bot.directory import sync_directory
from bot.wecom.client.corp import CorpClient
from domain.values import Role, UserId
from storage.database import Database
from storage.ids import IdSource
from storage.repositories.organisation import Employee
from storage.unit_of_work import Store
from storage.vault import Vault
from tests.unit.bot.loopback_platform import Answer, Platform

DEPARTMENTS = "/cgi-bin/department/list"
USERS = "/cgi-bin/user/simplelist"
MANAGERS = frozenset({"wangmanager"})


def departments(*numbers: int) -> Answer:
    return {"errcode": 0, "department": [{"id": n, "name": f"d{n}"} for n in numbers]}


def users(**names: str) -> Answer:
    members: Sequence[dict[str, Any]] = [{"userid": u, "name": n} for u, n in names.items()]
    return {"errcode": 0, "userlist": members}


@pytest.fixture
def store(database: Database, vault: Vault, clock: DrivenClock) -> Store:
    return Store(database, vault, IdSource(clock.now))


async def known(store: Store, clock: DrivenClock) -> dict[str, Employee]:
    async with store.unit_of_work(clock.now()) as work:
        return {e.userid: e for e in await work.organisation.employees()}


async def synced(corp: CorpClient, store: Store, clock: DrivenClock) -> int:
    with capture_logs():
        return await sync_directory(corp.directory, store, MANAGERS, clock.now())


async def test_members_of_all_departments_are_taken_in_with_their_role(
    corp: CorpClient, store: Store, platform: Platform, clock: DrivenClock
) -> None:
    platform.on(DEPARTMENTS, departments(1, 2))
    platform.on(USERS, users(WangManager="王主管"), users(LiLei="李雷", HanMeimei="韩梅梅"))
    assert await synced(corp, store, clock) == 3
    assert await known(store, clock) == {
        "HanMeimei": Employee(UserId("HanMeimei"), "韩梅梅", frozenset({Role.REP}), 2),
        "LiLei": Employee(UserId("LiLei"), "李雷", frozenset({Role.REP}), 2),
        "WangManager": Employee(UserId("WangManager"), "王主管", frozenset({Role.MANAGER}), 1),
    }


async def test_what_was_set_by_hand_stands_and_a_manager_of_the_settings_is_one(
    corp: CorpClient, store: Store, platform: Platform, clock: DrivenClock
) -> None:
    platform.always |= {
        DEPARTMENTS: departments(1),
        USERS: users(LiLei="李雷", WangManager="王主管"),
    }
    await synced(corp, store, clock)
    before = await known(store, clock)
    async with store.unit_of_work(clock.now()) as work:
        paused = replace(before["LiLei"], is_paused=True, weight=3, roles=frozenset({Role.SDR}))
        await work.organisation.put_employee(paused, work.now)
        demoted = replace(before["WangManager"], roles=frozenset({Role.REP}))
        await work.organisation.put_employee(demoted, work.now)
        await work.commit()
    await synced(corp, store, clock)
    after = await known(store, clock)
    assert after["LiLei"] == paused
    assert after["WangManager"].roles == frozenset({Role.REP, Role.MANAGER})


async def test_without_the_right_to_list_departments_the_root_is_asked(
    corp: CorpClient, store: Store, platform: Platform, clock: DrivenClock
) -> None:
    platform.on(DEPARTMENTS, departments())
    platform.on(USERS, users(LiLei="李雷"))
    assert await synced(corp, store, clock) == 1
    assert [call.query["department_id"] for call in platform.calls(USERS)] == ["1"]


@pytest.mark.parametrize(
    "refusal", [{"errcode": 48002, "errmsg": "no right"}, {"errcode": 60011, "errmsg": "scope"}]
)
async def test_a_platform_that_refuses_is_no_reason_not_to_start(
    corp: CorpClient, store: Store, platform: Platform, clock: DrivenClock, refusal: Answer
) -> None:
    platform.always[DEPARTMENTS] = refusal
    assert await synced(corp, store, clock) == 0
    assert await known(store, clock) == {}


async def test_half_a_list_changes_nothing(
    corp: CorpClient, store: Store, platform: Platform, clock: DrivenClock
) -> None:
    platform.on(DEPARTMENTS, departments(1, 2))
    platform.on(USERS, users(LiLei="李雷"))
    platform.always[USERS] = {"errcode": 60011, "errmsg": "no privilege"}
    assert await synced(corp, store, clock) == 0
    assert await known(store, clock) == {}
