"""The one table of transitions, and the one function that moves a lead along it.

Stage and status of a lead change nowhere else (product section 9). The table
itself is data: ``config/lifecycle.toml``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from domain.changing import replace
from domain.errors import RuleError
from domain.lead import Lead, Stage, Status
from domain.outcomes import CycleOpened, Outcome, StageChanged, StatusChanged
from domain.swift import swift
from domain.values import Refusal, Role, UserId

UNKNOWN_TRANSITION = "unknown_transition"
ALREADY_THERE = "already_there"
NOT_FROM_HERE = "not_from_here"
NOT_ALLOWED = "role_not_allowed"
NOT_OWNER = "not_owner"
REASON_NEEDED = "reason_needed"
UNKNOWN_REASON = "unknown_reason"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: the roles they hold and, for a person, their userid."""

    roles: frozenset[Role]
    userid: UserId | None = None

    @property
    def name(self) -> str:
        """Return the userid, or ``system``."""
        return self.userid or Role.SYSTEM.value


SYSTEM = Actor(frozenset({Role.SYSTEM}))


@dataclass(frozen=True, slots=True)
class Transition:
    """A move that may be made.

    ``sources`` are the stages it starts from, ``statuses`` the statuses (empty:
    any). ``target`` None stays in the stage. ``status`` is what the lead has
    afterwards; None keeps it inside a stage and clears it between stages.
    ``by`` are the roles that may; someone who holds none of them but those in
    ``by_owner`` may only if they own the lead. With ``reasons`` one of them must
    be given. ``opens_cycle`` asks for a new lead of the same person.
    """

    name: str
    label: str
    sources: frozenset[Stage]
    target: Stage | None = None
    statuses: frozenset[Status] = frozenset()
    status: Status | None = None
    by: frozenset[Role] = frozenset()
    by_owner: frozenset[Role] = frozenset()
    reasons: tuple[str, ...] = ()
    opens_cycle: bool = False

    def starts_at(self, lead: Lead) -> bool:
        """Tell whether the lead stands where this transition begins."""
        if lead.stage not in self.sources:
            return False
        return not self.statuses or lead.status in self.statuses

    def refusal_for(self, actor: Actor, lead: Lead) -> Refusal | None:
        """Return why ``actor`` may not make this move with ``lead``, or None."""
        if actor.roles & self.by:
            return None
        if not actor.roles & self.by_owner:
            return Refusal(NOT_ALLOWED, self.name)
        return None if lead.is_of(actor.userid) else Refusal(NOT_OWNER, self.name)

    def moved(self, lead: Lead, reason: str) -> Lead:
        """Return the lead as it is afterwards."""
        stage = self.target or lead.stage
        status = self.status if self.status or stage is not lead.stage else lead.status
        is_invalid = stage is Stage.INVALID
        return replace(
            lead, stage=stage, status=status, invalid_reason=reason if is_invalid else ""
        )


@swift
@dataclass(frozen=True, slots=True)
class Decided:
    """The lead after the move, and what happened."""

    lead: Lead
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """All transitions by name. ``locked`` are the stages in which sales must not disturb."""

    transitions: Mapping[str, Transition]
    locked: frozenset[Stage] = frozenset({Stage.SERVICE})

    @classmethod
    def of(
        cls, transitions: Iterable[Transition], locked: frozenset[Stage] = frozenset()
    ) -> Lifecycle:
        """Build the table.

        Raises:
            RuleError: a name is used twice, nobody may make a move, or a stage
                cannot be reached or not be left.
        """
        found: dict[str, Transition] = {}
        for transition in transitions:
            if transition.name in found:
                raise RuleError(transition.name, code="defined_twice")
            if not transition.by | transition.by_owner:
                raise RuleError(transition.name, code="nobody_may")
            found[transition.name] = transition
        _refuse_dead_ends(found.values())
        return cls(MappingProxyType(found), locked)

    def decide(self, lead: Lead, name: str, actor: Actor, reason: str = "") -> Decided | Refusal:
        """Move ``lead`` by the transition ``name``, or say why not.

        A lead that is already as the transition would leave it is refused with
        ``already_there``: a repeated click changes nothing and says so.
        """
        transition = self.transitions.get(name)
        if transition is None:
            return Refusal(UNKNOWN_TRANSITION, name)
        refusal = transition.refusal_for(actor, lead) or _refuse_reason(transition, reason)
        if refusal:
            return refusal
        after = transition.moved(lead, reason)
        if _place(after) == _place(lead) and not transition.opens_cycle:
            return Refusal(ALREADY_THERE, name)
        if not transition.starts_at(lead):
            return Refusal(NOT_FROM_HERE, name)
        return Decided(after, _outcomes(lead, after, transition, actor, reason))

    def open_to(self, lead: Lead, actor: Actor) -> tuple[Transition, ...]:
        """Return the moves that ``actor`` may make with ``lead`` now, in the table's order."""
        return tuple(
            transition
            for transition in self.transitions.values()
            if transition.starts_at(lead)
            and transition.refusal_for(actor, lead) is None
            and (transition.opens_cycle or _place(transition.moved(lead, "")) != _place(lead))
        )

    def leading_to(self, lead: Lead, status: Status) -> str:
        """Return the name of the transition that gives ``lead`` this status, or ``""``.

        A transition that starts where the lead stands comes first; else the first
        with that status, so that deciding it names the right refusal.
        """
        found = [t for t in self.transitions.values() if t.status is status]
        found.sort(key=lambda t: not t.starts_at(lead))
        return found[0].name if found else ""

    def is_locked_for_sales(self, lead: Lead) -> bool:
        """Tell whether the do-not-disturb lock 勿扰锁定 keeps sales away."""
        return lead.stage in self.locked


def _place(lead: Lead) -> tuple[Stage, Status | None]:
    return lead.stage, lead.status


def _refuse_reason(transition: Transition, reason: str) -> Refusal | None:
    if not transition.reasons:
        return None
    if not reason:
        return Refusal(REASON_NEEDED, transition.name)
    return None if reason in transition.reasons else Refusal(UNKNOWN_REASON, reason)


def _outcomes(
    before: Lead, after: Lead, transition: Transition, actor: Actor, reason: str
) -> tuple[Outcome, ...]:
    found: list[Outcome] = []
    made = (transition.name, actor.name, reason)
    if after.stage is not before.stage:
        found.append(StageChanged(before.id, before.stage, after.stage, *made))
    if after.status is not before.status:
        found.append(StatusChanged(before.id, before.status, after.status, *made))
    if transition.opens_cycle:
        found.append(CycleOpened(before.id, before.cycle + 1))
    return tuple(found)


def _refuse_dead_ends(transitions: Iterable[Transition]) -> None:
    moves = [(source, t.target) for t in transitions for source in t.sources if t.target]
    reached = {Stage.GENERATED}
    while fresh := {target for source, target in moves if source in reached} - reached:
        reached |= fresh
    for stage in Stage:
        if stage not in reached:
            raise RuleError(stage.value, code="stage_unreachable")
        if not any(source is stage and target is not stage for source, target in moves):
            raise RuleError(stage.value, code="stage_dead_end")
