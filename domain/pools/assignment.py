"""Who gets the lead: a pure choice among reps, fair by ratio, sticky where it pays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.pools.pool import Sticky
from domain.values import Refusal, UserId

NO_REPS = "no_reps"
NOBODY_ON_DUTY = "nobody_on_duty"
EVERYBODY_FULL = "everybody_full"
EVERYBODY_DECLINED = "everybody_declined"


class Why(StrEnum):
    """How the rep was found; kept in the ownership ledger and shown on the card."""

    FRIEND = "friend"
    FORMER_OWNER = "former_owner"
    ROUND_ROBIN = "round_robin"


@dataclass(frozen=True, slots=True)
class Rep:
    """A rep who serves the pool, as of now.

    ``ratio`` is their share of the round robin (0: takes none by turn),
    ``given_today`` how many leads they got on this business day, ``open_leads``
    how many they own; a ceiling or capacity of None is no limit.
    """

    userid: UserId
    ratio: float = 1.0
    daily_ceiling: int | None = None
    given_today: int = 0
    capacity: int | None = None
    open_leads: int = 0
    is_on_duty: bool = True

    @property
    def is_full(self) -> bool:
        """Tell whether the day's ceiling or the capacity is reached."""
        over_day = self.daily_ceiling is not None and self.given_today >= self.daily_ceiling
        return over_day or (self.capacity is not None and self.open_leads >= self.capacity)

    @property
    def load(self) -> tuple[float, str]:
        """Return what the turn goes by: the least comes next, equal loads by userid.

        (2n + 1) / ratio is the divisor method of Webster and Sainte-Laguë: after
        any number of leads everybody has their share, rounded.
        """
        return (2 * self.given_today + 1) / self.ratio, self.userid.casefold()


@dataclass(frozen=True, slots=True)
class Ties:
    """What speaks for and against reps.

    ``friends`` are friends of the person in WeCom, best first; ``declined`` those
    who returned the lead or let it expire.
    """

    friends: tuple[UserId, ...] = ()
    former_owner: UserId | None = None
    declined: frozenset[UserId] = frozenset()


@dataclass(frozen=True, slots=True)
class Choice:
    """The rep, and why."""

    userid: UserId
    why: Why


def choose(
    reps: Sequence[Rep],
    ties: Ties,
    sticky: Sequence[Sticky] = (Sticky.FRIEND, Sticky.FORMER_OWNER),
) -> Choice | Refusal:
    """Choose a rep; the same input gives the same answer in any order of ``reps``.

    Nobody off duty, over a ceiling or capacity, or who declined is chosen, by
    whatever tie. Userids are compared without case.
    """
    able = _able(reps, ties)
    if isinstance(able, Refusal):
        return able
    by_id = {rep.userid.casefold(): rep for rep in able}
    for tie in sticky:
        for userid in _tied(tie, ties):
            rep = by_id.get(userid.casefold())
            if rep:
                return Choice(rep.userid, Why(tie.value))
    in_turn = [rep for rep in able if rep.ratio > 0]
    if not in_turn:
        return Refusal(NO_REPS)
    return Choice(min(in_turn, key=lambda rep: rep.load).userid, Why.ROUND_ROBIN)


def _able(reps: Sequence[Rep], ties: Ties) -> list[Rep] | Refusal:
    """Return who may be chosen, or the refusal of the last sieve that left nobody."""
    left, declined = list(reps), {userid.casefold() for userid in ties.declined}
    if not left:
        return Refusal(NO_REPS)
    left = [rep for rep in left if rep.is_on_duty]
    if not left:
        return Refusal(NOBODY_ON_DUTY)
    left = [rep for rep in left if rep.userid.casefold() not in declined]
    if not left:
        return Refusal(EVERYBODY_DECLINED)
    left = [rep for rep in left if not rep.is_full]
    return left or Refusal(EVERYBODY_FULL)


def _tied(tie: Sticky, ties: Ties) -> tuple[UserId, ...]:
    if tie is Sticky.FRIEND:
        return ties.friends
    return (ties.former_owner,) if ties.former_owner else ()
