"""``lifecycle.toml``: the one table of transitions."""

from __future__ import annotations

import msgspec

from config.tables.rows import Code, Name, TomlRow
from domain.lead import Stage, Status
from domain.lifecycle.transitions import Lifecycle, Transition
from domain.values import Role

FILE = "lifecycle.toml"


class TransitionRow(TomlRow, frozen=True):
    """One ``[[transition]]``; ``from = []`` means every stage but the target."""

    name: Code
    label: Name
    sources: list[Stage] = msgspec.field(name="from")
    target: Stage | None = msgspec.field(name="to", default=None)
    from_status: list[Status] = msgspec.field(default_factory=list)
    status: Status | None = None
    by: list[Role] = msgspec.field(default_factory=list)
    by_owner: list[Role] = msgspec.field(default_factory=list)
    reasons: list[Code] = msgspec.field(default_factory=list)
    opens_cycle: bool = False

    def build(self) -> Transition:
        """Return the transition."""
        return Transition(
            name=self.name,
            label=self.label,
            sources=frozenset(self.sources) or frozenset(Stage) - {self.target},
            target=self.target,
            statuses=frozenset(self.from_status),
            status=self.status,
            by=frozenset(self.by),
            by_owner=frozenset(self.by_owner),
            reasons=tuple(self.reasons),
            opens_cycle=self.opens_cycle,
        )


class LifecycleFile(TomlRow, frozen=True):
    """The whole file; ``locked`` are the stages that sales must not disturb."""

    transition: list[TransitionRow]
    locked: list[Stage] = msgspec.field(default_factory=list)

    def build(self) -> Lifecycle:
        """Return the table.

        Raises:
            RuleError: it has twins, dead ends, or moves that nobody may make.
        """
        return Lifecycle.of((row.build() for row in self.transition), frozenset(self.locked))
