"""The short form of ``make crash``: killed under load, nothing lost, nothing doubled."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.play import Plan, play


@pytest.mark.timeout(1800)
async def test_kills_under_load_lose_and_double_nothing(database_url: str, tmp_path: Path) -> None:
    url = "" if database_url.startswith("sqlite") else database_url
    report = await play(Plan(3, tmp_path, url, seed=11), print)
    assert report.wrong == ()
    counted = {finding.promise: finding.counted for finding in report.findings}
    assert counted["every acknowledged callback is stored"] > 20
    assert counted["every offer is seen exactly once"] > 0
