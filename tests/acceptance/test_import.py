"""``clew import`` with 6,468 real leads: each ends as a scored lead or as a named error."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from storage.database import open_database
from tests.acceptance.command_line import NEEDED, clew
from tests.shared import ROOT

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 6_468
#: On a database server a part shows the same, in a reasonable time.
PART = 1_500
#: Two imports of the whole file on a busy machine.
SLOW = pytest.mark.timeout(1800)
_DONE = re.compile(r"(\d+) 行成为线索，(\d+) 行有问题")

#: Scores fade by themselves while the same file is read again.
FADES = 0.01


@dataclass(frozen=True)
class State:
    """Everything that a second import could change; ids and scores apart from each other."""

    tables: dict[str, list[tuple[object, ...]]]
    scores: dict[int, float]
    places: list[tuple[str, bool]]


async def imported(file: Path, errors: Path, settings: dict[str, str]) -> tuple[int, int]:
    """Run the command; return how many rows became leads, and how many are named errors."""
    mapping = ROOT / "tests" / "x_education.toml"
    told = await clew("import", file, "--mapping", mapping, "--errors", errors, **settings)
    found = _DONE.search(told.out)
    assert found, told.err
    leads, faults = int(found[1]), int(found[2])
    assert told.status == (1 if faults else 0)
    return leads, faults


async def state(url: str) -> State:
    database = await open_database(url)
    try:
        async with database.read() as tx:
            tables = {
                name: sorted(tuple(row[c] for c in columns) for row in await tx.fetch(sql))
                for name, (sql, columns) in _TABLES.items()
            }
            people = await tx.fetch("select id, attributes from person")
            leads = await tx.fetch("select id, score_composite, stage, is_mature from lead")
    finally:
        await database.close()
    tables["fact"] = sorted((row["id"], *_facts(row["attributes"])) for row in people)
    return State(
        tables=tables,
        scores={row["id"]: row["score_composite"] for row in leads},
        places=[(row["stage"], bool(row["is_mature"])) for row in leads],
    )


_TABLES = {
    "lead": ("select * from lead", ("id", "person_id", "first_touch_at", "last_touch_at")),
    "event": (
        # Whoever stands right at the pass mark falls below it by time alone.
        "select * from event where kind <> 'stage_changed'",
        ("id", "person_id", "kind", "event_at", "properties"),
    ),
    "identity": ("select * from identity", ("kind", "person_id", "value")),
    "outbox": ("select * from outbox", ("id",)),
}


def _facts(attributes: str) -> list[tuple[str, str]]:
    """Return names and values; when a fact was last confirmed may change."""
    return sorted((name, fact[0]) for name, fact in json.loads(attributes).items())


def check(found: State, leads: int) -> None:
    """See that each row is a scored lead of its own that waits in the pool of its score."""
    assert len(found.tables["lead"]) == len(found.scores) == leads
    assert len(found.tables["identity"]) == leads
    assert set(found.places) == {("nurture_pool", False), ("department_pool", True)}
    assert len({round(score) for score in found.scores.values()}) > 20
    assert all(0 < score <= 100 for score in found.scores.values())
    assert found.tables["outbox"] == []


def check_unchanged(after: State, before: State) -> None:
    assert set(after.places) == set(before.places)
    assert after.tables == before.tables
    assert after.scores == pytest.approx(before.scores, abs=FADES)


@SLOW
async def test_each_real_row_is_a_scored_lead_or_a_named_error(
    shared_data: Path, tmp_path: Path, sqlite_url: str
) -> None:
    file, errors = shared_data / "x_education" / "train.csv", tmp_path / "errors.csv"
    settings = NEEDED | {"CLEW_DATA_DIR": str(tmp_path), "CLEW_DATABASE_URL": sqlite_url}

    leads, faults = await imported(file, errors, settings)
    assert leads + faults == ROWS
    assert leads > 0.99 * ROWS
    named = list(csv.DictReader(errors.open(encoding="utf-8-sig"))) if faults else []
    assert len({row["行号"] for row in named}) == faults
    assert all(row["原因"] for row in named)
    first = await state(sqlite_url)
    check(first, leads)

    assert await imported(file, errors, settings) == (leads, faults)
    check_unchanged(await state(sqlite_url), first)


@SLOW
@pytest.mark.postgres
async def test_the_same_on_a_database_server(
    shared_data: Path, tmp_path: Path, postgres_url: str
) -> None:
    whole = (shared_data / "x_education" / "train.csv").read_text(encoding="utf-8")
    file, errors = tmp_path / "part.csv", tmp_path / "errors.csv"
    file.write_text("".join(whole.splitlines(keepends=True)[: PART + 1]), encoding="utf-8")
    settings = NEEDED | {"CLEW_DATA_DIR": str(tmp_path), "CLEW_DATABASE_URL": postgres_url}

    leads, faults = await imported(file, errors, settings)
    assert leads + faults == PART
    first = await state(postgres_url)
    check(first, leads)

    assert await imported(file, errors, settings) == (leads, faults)
    check_unchanged(await state(postgres_url), first)
