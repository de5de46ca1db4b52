"""The next step: what the table advises for a lead as it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from domain.condition import Condition, Fact, all_hold
from domain.errors import RuleError


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the SOP table.

    ``code`` names the text of the step (``next_step.<code>``) and its suggested
    words 话术 (``words.<code>``); ``due_for`` is the working time that the rep has.
    """

    code: str
    when: tuple[Condition, ...]
    due_for: timedelta


@dataclass(frozen=True, slots=True)
class Sop:
    """The table, first match wins.

    Raises:
        RuleError: the last step does not take every lead, or a step is defined twice.
    """

    steps: Sequence[Step]

    def __post_init__(self) -> None:
        """Refuse a table that leaves a lead without advice."""
        codes = [step.code for step in self.steps]
        twins = {code for code in codes if codes.count(code) > 1}
        if twins:
            raise RuleError(min(twins), code="defined_twice")
        if not self.steps or self.steps[-1].when:
            raise RuleError(subject="sop", code="last_step_has_conditions")

    def next_for(self, facts: Mapping[str, Fact]) -> Step:
        """Return the first step whose conditions hold.

        ``facts`` are those of :func:`domain.facts.facts_of_lead`, with the last
        intent under ``intent`` where one is known.
        """
        return next(step for step in self.steps if all_hold(step.when, facts))
