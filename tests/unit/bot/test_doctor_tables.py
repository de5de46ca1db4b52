from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.doctor import tables
from bot.doctor.finding import Finding, Severity, ok, skipped, warning
from bot.doctor.platform import clock_finding
from tests.factories import NOW
from tests.unit.bot.doctor_installation import TEXTS, installed

DATE = "Mon, 02 Mar 2026 02:00:00 GMT"


@pytest.mark.parametrize(
    ("date", "ours", "expected"),
    [
        (DATE, NOW, ok("clock_right")),
        (DATE, NOW + timedelta(seconds=60), ok("clock_right")),
        (DATE, NOW + timedelta(seconds=61), warning("clock_off", seconds=61)),
        (DATE, NOW - timedelta(hours=8), warning("clock_off", seconds=28800)),
        ("", NOW, skipped("clock_not_told")),
        ("yesterday", NOW, skipped("clock_not_told")),
    ],
)
def test_more_than_a_minute_off_is_a_warning(date: str, ours: object, expected: Finding) -> None:
    assert clock_finding(date, ours) == expected  # type: ignore[arg-type]


async def test_the_shipped_tables_are_right(tmp_path: Path) -> None:
    async with installed(tmp_path) as installation:
        assert (await tables.settings(installation)).severity is Severity.OK
        finding = await tables.tables(installation)
    assert (finding.severity, finding.code) == (Severity.OK, "tables_whole")


async def test_every_problem_of_own_tables_is_a_line(tmp_path: Path) -> None:
    (tmp_path / "pools.toml").write_text("nonsense = 1\n", encoding="utf-8")
    (tmp_path / "sop.toml").write_text("[[", encoding="utf-8")
    finding = await tables.tables_in(TEXTS, tmp_path)
    assert (finding.severity, finding.code) == (Severity.BROKEN, "tables_wrong")
    assert finding.values == {"count": len(finding.lines)}
    told = "\n".join(finding.lines)
    assert "pools.toml" in told
    assert "sop.toml" in told
