"""The rule that ``docs/reference/scoring.md`` shows gives and takes its points as the page says."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from config.rules import seed_sources
from config.tables.scorecard import FILE
from domain.lead import Stage
from domain.scoring.basis import basis_of
from domain.scoring.rating import Case, explain_case
from domain.scoring.score import Part, Scored
from domain.scoring.sheet import Sheet
from domain.values import BUSINESS_ZONE
from tests.factories import NOW, event, lead, person
from tests.shared import ROOT
from tests.unit.handlers.company import RULES

PAGE = (ROOT / "docs" / "reference" / "scoring.md").read_text(encoding="utf-8")
[EXAMPLE] = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SEED = seed_sources(None)
RULES_OF_PAGE = RULES.check({**SEED, FILE: f"{SEED[FILE]}\n{EXAMPLE}"})
TEN = datetime(2026, 3, 2, 10, tzinfo=BUSINESS_ZONE)
NOON = TEN + timedelta(hours=2)
DAY_9 = datetime(2026, 3, 9, tzinfo=BUSINESS_ZONE)
INSTANT = timedelta(microseconds=1)


def case(times: int, at: datetime) -> Case:
    looked = [event("view_price", event_at=NOW) for _ in range(times)]
    return Case(basis_of(person(), lead(stage=Stage.FOLLOWING)), looked, at)


def points(scored: Scored) -> dict[str, float]:
    return {one.label: one.points for one in scored.contributions if one.part is Part.STANDING}


@pytest.mark.parametrize(
    ("times", "at", "given"),
    [
        (0, TEN, None),
        (1, TEN, 2.0),
        (1, NOON - INSTANT, 2.0),
        (1, NOON, None),
        (3, TEN, 5.0),
        (3, NOON, 5.0),
        (3, DAY_9 - INSTANT, 5.0),
        (3, DAY_9, None),
    ],
)
def test_points_come_and_go_as_the_page_says(times: int, at: datetime, given: float | None) -> None:
    assert NOW == TEN
    scored = explain_case(case(times, at), RULES_OF_PAGE)
    assert points(scored).get("常看价格") == given
    assert {fact for fact, _ in scored.places} == {"buying_stage", "learning_stage"}
    assert Sheet.of([case(times, at)], RULES_OF_PAGE).rate([at]).states == [scored.state]


@pytest.mark.parametrize(("times", "look"), [(0, None), (1, NOON), (3, NOON)])
def test_a_lead_is_looked_at_again_when_a_window_of_hours_ends(
    times: int, look: datetime | None
) -> None:
    assert Sheet.of([case(times, TEN)], RULES_OF_PAGE).rate([TEN]).next_looks() == [look]
