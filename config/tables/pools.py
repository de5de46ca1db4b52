"""``pools.toml``: pools, their members and the spans of their promises."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from config.tables.rows import Code, ConditionRow, Name, NotNegative, Positive, TomlRow, Whole
from config.tables.rows import conditions as built
from domain.pools.pool import Member, Pool, PoolKind, PoolRules, Pools, Sticky
from domain.values import UserId

FILE = "pools.toml"


class MemberRow(TomlRow, frozen=True):
    """``{ userid = "LiLei", ratio = 2, daily_ceiling = 20 }``."""

    userid: Name
    ratio: NotNegative = 1.0
    daily_ceiling: Whole | None = None

    def build(self) -> Member:
        """Return the member."""
        return Member(UserId(self.userid), self.ratio, self.daily_ceiling)


class RulesRow(TomlRow, frozen=True):
    """``[pool.rules]``; spans carry their unit in the name."""

    accept_minutes: Positive = 30
    warn_minutes: NotNegative = 5
    later_minutes: Positive = 10
    idle_work_hours: Positive = 27
    protect_days: NotNegative = 3
    cool_down_days: NotNegative = 1
    resets: list[Code] = msgspec.field(default_factory=list)
    grabs_per_day: Whole = 10
    capacity: Whole | None = None
    sticky: list[Sticky] = msgspec.field(default_factory=list)

    def build(self) -> PoolRules:
        """Return the rules."""
        return PoolRules(
            accept_for=timedelta(minutes=self.accept_minutes),
            warn_for=timedelta(minutes=self.warn_minutes),
            later_for=timedelta(minutes=self.later_minutes),
            idle_for=timedelta(hours=self.idle_work_hours),
            protect_for=timedelta(days=self.protect_days),
            cool_down_for=timedelta(days=self.cool_down_days),
            resets=frozenset(self.resets),
            grabs_per_day=self.grabs_per_day,
            capacity=self.capacity,
            sticky=tuple(self.sticky),
        )


class PoolRow(TomlRow, frozen=True):
    """One ``[[pool]]``."""

    code: Code
    name: Name
    kind: PoolKind
    when: list[ConditionRow] = msgspec.field(default_factory=list)
    departments: list[int] = msgspec.field(default_factory=list)
    members: list[MemberRow] = msgspec.field(default_factory=list)
    rules: RulesRow = RulesRow()

    def build(self) -> Pool:
        """Return the pool."""
        return Pool(
            code=self.code,
            name=self.name,
            kind=self.kind,
            when=built(self.when),
            departments=frozenset(self.departments),
            members=tuple(row.build() for row in self.members),
            rules=self.rules.build(),
        )


class PoolsFile(TomlRow, frozen=True):
    """The whole file."""

    pool: list[PoolRow]

    def build(self) -> Pools:
        """Return all pools.

        Raises:
            RuleError: twins, or leads that no pool takes.
        """
        return Pools.of(row.build() for row in self.pool)
