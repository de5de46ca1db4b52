"""``sop.toml``: the next step, and how reminders come."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import msgspec

from config.tables.rows import Code, ConditionRow, NotNegative, Positive, TomlRow, conditions
from domain.catalog import ReminderRules
from domain.followup.next_step import Sop, Step

FILE = "sop.toml"


class StepRow(TomlRow, frozen=True):
    """One ``[[step]]``."""

    code: Code
    due_work_hours: Positive
    when: list[ConditionRow] = msgspec.field(default_factory=list)

    def build(self) -> Step:
        """Return the step."""
        return Step(self.code, conditions(self.when), timedelta(hours=self.due_work_hours))


class RemindersRow(TomlRow, frozen=True):
    """``[reminders]``."""

    merge_seconds: NotNegative = 60
    most_in_one: Annotated[int, msgspec.Meta(ge=1)] = 10
    snooze_minutes: Positive = 30

    def build(self) -> ReminderRules:
        """Return the rules."""
        return ReminderRules(
            timedelta(seconds=self.merge_seconds),
            self.most_in_one,
            timedelta(minutes=self.snooze_minutes),
        )


class SopFile(TomlRow, frozen=True):
    """The whole file."""

    step: list[StepRow]
    reminders: RemindersRow = RemindersRow()

    def build(self) -> Sop:
        """Return the table of steps.

        Raises:
            RuleError: it leaves a lead without advice.
        """
        return Sop(tuple(row.build() for row in self.step))
