"""The short form of ``make crash``: killed under load, nothing lost, nothing doubled."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.play import Plan, Report, play


@pytest.mark.timeout(1800)
async def test_kills_under_load_and_faults_lose_and_double_nothing(
    database_url: str, tmp_path: Path
) -> None:
    url = "" if database_url.startswith("sqlite") else database_url
    report = await play(Plan(3, tmp_path, url, seed=11), print)
    assert report.wrong == ()
    assert_that_much_happened(report)


@pytest.mark.timeout(1800)
async def test_killed_replicas_lose_and_double_nothing(
    postgres_url: str, redis_address: str, tmp_path: Path
) -> None:
    report = await play(Plan(4, tmp_path, postgres_url, redis_address, seed=12), print)
    assert report.wrong == ()
    assert_that_much_happened(report)


def assert_that_much_happened(report: Report) -> None:
    counted = {finding.promise: finding.counted for finding in report.findings}
    assert counted["every acknowledged callback is stored"] > 20
    assert counted["every offer is seen exactly once"] > 0
    assert sum(report.strikes.values()) > 10
