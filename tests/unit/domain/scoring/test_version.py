"""Which versions of the rules may still be published, and which of them ask to be sure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.scoring.tables import Guard, RuleFrame
from domain.scoring.trial import Trial
from domain.scoring.version import (
    ACTIVATES_MANY,
    IN_FORCE,
    NOT_TRIED,
    RETIRED,
    RuleState,
    RuleVersion,
)
from tests.factories import NOW

GUARD = Guard(most_activated=0.2)
DRAFT = RuleVersion(2, "默认评分", RuleState.DRAFT, {}, RuleFrame({}, frozenset()), "cli", "", NOW)


@pytest.mark.parametrize(
    ("state", "is_open"),
    [
        (RuleState.DRAFT, True),
        (RuleState.TRIED, True),
        (RuleState.PUBLISHED, False),
        (RuleState.RETIRED, False),
    ],
)
def test_what_was_in_force_is_not_tried_and_published_again(
    state: RuleState, is_open: bool
) -> None:
    assert replace(DRAFT, state=state).is_open is is_open


@pytest.mark.parametrize(
    ("version", "code"),
    [
        (replace(DRAFT, state=RuleState.PUBLISHED), IN_FORCE),
        (replace(DRAFT, state=RuleState.RETIRED), RETIRED),
        (DRAFT, NOT_TRIED),
        (replace(DRAFT, trial=Trial(leads=10, activated=3)), ACTIVATES_MANY),
        (replace(DRAFT, trial=Trial(leads=10, activated=2)), ""),
    ],
)
def test_why_a_version_is_not_published(version: RuleVersion, code: str) -> None:
    refusal = version.refusal_to_publish(GUARD, is_confirmed=False)
    assert (refusal.code if refusal else "") == code
    assert version.activates_many(GUARD) is (code == ACTIVATES_MANY)


def test_who_is_sure_activates_many() -> None:
    version = replace(DRAFT, trial=Trial(leads=10, activated=10))
    assert version.refusal_to_publish(GUARD, is_confirmed=True) is None
