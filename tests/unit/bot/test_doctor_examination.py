from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from bot.doctor.examination import Check, examine
from bot.doctor.finding import Finding, Severity, broken, ok, skipped
from bot.doctor.installation import Installation
from tests.patience import NEVER_COMES, PATIENCE
from tests.unit.bot.doctor_installation import installed

Look = Callable[[Installation], Awaitable[Finding]]


def finds(finding: Finding) -> Look:
    async def look(installation: Installation) -> Finding:
        del installation
        return finding

    return look


async def examined(folder: Path, *checks: Check) -> list[tuple[str, Finding]]:
    async with installed(folder) as installation:
        return [(one.name, one.finding) for one in await examine(checks, installation)]


async def test_findings_come_in_the_order_of_the_checks(tmp_path: Path) -> None:
    is_second_done = asyncio.Event()

    async def quick(installation: Installation) -> Finding:
        del installation
        is_second_done.set()
        return ok("second")

    async def slow(installation: Installation) -> Finding:
        del installation
        await is_second_done.wait()
        return ok("first")

    assert await examined(tmp_path, Check("a", slow), Check("b", quick)) == [
        ("a", ok("first")),
        ("b", ok("second")),
    ]


async def test_checks_run_side_by_side(tmp_path: Path) -> None:
    meeting = asyncio.Barrier(2)

    async def meet(installation: Installation) -> Finding:
        del installation
        async with meeting:
            return ok("met")

    found = await examined(
        tmp_path, Check("a", meet, within=PATIENCE), Check("b", meet, within=PATIENCE)
    )
    assert [finding for _, finding in found] == [ok("met")] * 2


async def test_a_check_that_hangs_is_given_up_alone(tmp_path: Path) -> None:
    async def hang(installation: Installation) -> Finding:
        del installation
        await asyncio.Event().wait()
        return ok("never")

    found = await examined(
        tmp_path, Check("a", hang, within=NEVER_COMES), Check("b", finds(ok("fine")))
    )
    assert found == [("a", broken("timed_out", seconds="0")), ("b", ok("fine"))]


async def test_a_defect_of_a_check_does_not_hide_the_others(tmp_path: Path) -> None:
    async def stumble(installation: Installation) -> Finding:
        del installation
        raise LookupError

    with structlog.testing.capture_logs() as logs:
        found = await examined(tmp_path, Check("a", stumble), Check("b", finds(ok("fine"))))
    assert found == [("a", broken("check_broke", error="LookupError")), ("b", ok("fine"))]
    assert [(entry["event"], entry["check"]) for entry in logs] == [("check_broke", "a")]


async def test_the_same_cause_is_told_once(tmp_path: Path) -> None:
    refused = broken("secret_refused", errcode=40001, setting="CLEW_APP_SECRET")
    other = broken("secret_refused", errcode=40001, setting="CLEW_KF_SECRET")
    found = await examined(
        tmp_path,
        Check("a", finds(refused)),
        Check("b", finds(refused)),
        Check("c", finds(other)),
        Check("d", finds(ok("fine"))),
        Check("e", finds(ok("fine"))),
    )
    assert [finding for _, finding in found] == [
        refused,
        skipped("same_cause", check="a"),
        other,
        ok("fine"),
        ok("fine"),
    ]
    assert found[1][1].severity is Severity.SKIPPED
