"""What a score rests on, and where it starts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.lead import LeadKind, Stage, Status, Touch
from domain.scoring.basis import STANDING_FACTS, basis_of, subject_of
from domain.scoring.initial import ChannelStart
from domain.scoring.tables import Phase, phase_of
from tests.factories import NOW, lead, person
from tests.unit.domain.scoring.cards import card, tables

YESTERDAY = NOW - timedelta(days=1)


def test_the_first_touch_decides_with_what_a_lead_starts() -> None:
    rules = tables(card(), points={"private": 8.0})
    known = basis_of(person(), lead(first_touch=Touch("private", "qr", YESTERDAY)))
    seen = subject_of(known, [], rules)
    assert seen.start == ChannelStart("private", 8, YESTERDAY)
    assert seen.since == YESTERDAY
    assert seen.facts["is_verified"] is True
    unknown = basis_of(person(), lead(first_touch=Touch("gone", "qr", NOW)))
    assert subject_of(unknown, [], rules).start is None


def test_a_phase_without_the_channel_starts_from_nothing() -> None:
    rules = tables(replace(card(), has_start=False), points={"private": 8.0})
    basis = basis_of(person(), lead(first_touch=Touch("private", "qr", YESTERDAY)))
    assert subject_of(basis, [], rules).start == ChannelStart("", 0.0, YESTERDAY)


def test_where_a_lead_stands_is_a_fact_for_rules() -> None:
    one = lead(stage=Stage.FOLLOWING, status=Status.CLEAR)
    facts = basis_of(person(), one).facts
    assert facts.keys() >= STANDING_FACTS
    assert (facts["status"], facts["phase"]) == ("clear", "following")


@pytest.mark.parametrize(
    ("stage", "phase"),
    [
        (Stage.GENERATED, Phase.SCREENING),
        (Stage.SCREENING, Phase.SCREENING),
        (Stage.NURTURE_POOL, Phase.NURTURING),
        (Stage.DEPARTMENT_POOL, Phase.NURTURING),
        (Stage.DORMANT, Phase.NURTURING),
        (Stage.FOLLOWING, Phase.FOLLOWING),
        (Stage.OPPORTUNITY, Phase.FOLLOWING),
        (Stage.FIRST_SALE, Phase.SERVING),
        (Stage.SERVICE, Phase.SERVING),
    ],
)
def test_the_stage_says_which_table_rates_a_lead(stage: Stage, phase: Phase) -> None:
    assert phase_of(lead(stage=stage)) is phase
    assert phase_of(lead(stage=stage, kind=LeadKind.SERVICE)) is Phase.SERVING
