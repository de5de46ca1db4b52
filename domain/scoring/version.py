"""Versions of the rule tables: draft → tried → published → retired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.scoring.tables import Guard, RuleFrame
from domain.scoring.trial import Trial
from domain.values import Refusal

NOT_TRIED = "rules_not_tried"
ACTIVATES_MANY = "rules_activate_many"
IN_FORCE = "rules_in_force"
RETIRED = "rules_retired"


class RuleState(StrEnum):
    """Where a version stands; only one is published at a time."""

    DRAFT = "draft"
    TRIED = "tried"
    PUBLISHED = "published"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """One version as it is kept.

    ``sources`` are the files as written, ``frame`` what they meant beyond their own
    text when they were kept. It was in force from ``published_at`` until
    ``retired_at``. ``trial_for`` is who waits for a trial, empty for nobody.
    """

    number: int
    name: str
    state: RuleState
    sources: Mapping[str, str]
    frame: RuleFrame
    author: str
    note: str
    created_at: datetime
    trial_for: str = ""
    trial: Trial | None = None
    tried_at: datetime | None = None
    published_by: str = ""
    published_at: datetime | None = None
    retired_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether it may still be tried and published."""
        return self.state in {RuleState.DRAFT, RuleState.TRIED}

    def activates_many(self, guard: Guard) -> bool:
        """Tell whether a trial found that publishing it asks for a confirmation."""
        return self.trial is not None and self.trial.activated_share > guard.most_activated

    def refusal_to_publish(self, guard: Guard, *, is_confirmed: bool) -> Refusal | None:
        """Return why it may not be published, or None.

        ``guard`` is that of the version in force: a draft cannot loosen its own.
        """
        if self.state is RuleState.PUBLISHED:
            return Refusal(IN_FORCE)
        if self.state is RuleState.RETIRED:
            return Refusal(RETIRED)
        if self.trial is None:
            return Refusal(NOT_TRIED)
        if self.activates_many(guard) and not is_confirmed:
            return Refusal(ACTIVATES_MANY)
        return None
