"""Pools 公海: where leads without an owner wait, and by which rules they leave."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from domain.condition import Condition, Fact, all_hold
from domain.errors import RuleError
from domain.lead import Stage
from domain.values import UserId, same_userid


class PoolKind(StrEnum):
    """Pre-nurture pool 预培育池 or department pool 部门公海."""

    NURTURE = "nurture"
    DEPARTMENT = "department"


#: The stage of a lead that waits in a pool of the kind.
STAGE_OF_KIND = MappingProxyType(
    {PoolKind.NURTURE: Stage.NURTURE_POOL, PoolKind.DEPARTMENT: Stage.DEPARTMENT_POOL}
)


class Sticky(StrEnum):
    """Who knows the person best and is asked first."""

    FRIEND = "friend"
    FORMER_OWNER = "former_owner"


@dataclass(frozen=True, slots=True)
class Member:
    """A rep's share in one pool: ``ratio`` of the round robin, most leads a day."""

    userid: UserId
    ratio: float = 1.0
    daily_ceiling: int | None = None


@dataclass(frozen=True, slots=True)
class PoolRules:
    """The spans of a pool's promises.

    Working time: ``accept_for`` to take an offered card, ``warn_for`` before the
    end of a deadline, ``later_for`` when "later" is tapped, ``idle_for`` without
    follow-up before the lead goes back. Calendar time: ``protect_for`` after
    acceptance nobody else can be given the person, ``cool_down_for`` the former
    owner may not claim it again. ``resets`` are event kinds that count as
    follow-up. A rep may grab ``grabs_per_day`` and own ``capacity`` open leads.
    """

    accept_for: timedelta = timedelta(minutes=30)
    warn_for: timedelta = timedelta(minutes=5)
    later_for: timedelta = timedelta(minutes=10)
    idle_for: timedelta = timedelta(hours=27)
    protect_for: timedelta = timedelta(days=3)
    cool_down_for: timedelta = timedelta(days=1)
    resets: frozenset[str] = frozenset()
    grabs_per_day: int = 10
    capacity: int | None = None
    sticky: tuple[Sticky, ...] = (Sticky.FRIEND, Sticky.FORMER_OWNER)


DEFAULT_RULES = PoolRules()


@dataclass(frozen=True, slots=True)
class Pool:
    """One pool. A lead whose facts meet all of ``when`` belongs to it.

    ``departments`` are WeCom department ids whose reps serve it; ``members``
    name single reps and their share. With neither, every rep serves it.
    """

    code: str
    name: str
    kind: PoolKind
    when: tuple[Condition, ...] = ()
    departments: frozenset[int] = frozenset()
    members: tuple[Member, ...] = ()
    rules: PoolRules = DEFAULT_RULES

    def member(self, userid: str) -> Member | None:
        """Return the share that is written down for a rep, or None."""
        return next((m for m in self.members if same_userid(m.userid, userid)), None)

    def is_served_by(self, userid: str, department_id: int | None) -> bool:
        """Tell whether a rep works for this pool."""
        if not self.departments and not self.members:
            return True
        return department_id in self.departments or self.member(userid) is not None


@dataclass(frozen=True, slots=True)
class Pools:
    """All pools by code, in the order in which they are tried."""

    pools: Mapping[str, Pool]

    @classmethod
    def of(cls, pools: Iterable[Pool]) -> Pools:
        """Build the table.

        Raises:
            RuleError: a code is used twice, or some lead would find no pool of a kind.
        """
        found: dict[str, Pool] = {}
        for pool in pools:
            if pool.code in found:
                raise RuleError(pool.code, code="defined_twice")
            found[pool.code] = pool
        for kind in PoolKind:
            if not any(pool.kind is kind and not pool.when for pool in found.values()):
                raise RuleError(kind.value, code="no_catch_all_pool")
        return cls(MappingProxyType(found))

    def route(self, kind: PoolKind, facts: Mapping[str, Fact]) -> Pool:
        """Return the first pool of ``kind`` whose conditions the facts meet."""
        return next(
            pool for pool in self.pools.values() if pool.kind is kind and all_hold(pool.when, facts)
        )

    def ask_for(self, names: Collection[str]) -> bool:
        """Tell whether a pool asks for one of these facts."""
        conditions = (condition for pool in self.pools.values() for condition in pool.when)
        return any(condition.name in names for condition in conditions)

    def rules_of(self, code: str) -> PoolRules:
        """Return the rules of a pool; of an unknown one the defaults."""
        pool = self.pools.get(code)
        return pool.rules if pool else DEFAULT_RULES
