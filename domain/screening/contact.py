"""May this person be contacted by this kind of message now: frequency protection 防骚扰.

One check for everything that leaves for a customer, whoever sends it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from domain.swift import swift
from domain.values import Refusal
from domain.worktime import QuietHours

OPTED_OUT = "opted_out"
BLACKLISTED = "contact_blacklisted"
RED_LISTED = "contact_red_listed"
LOCKED = "locked_for_sales"
QUIET = "quiet_hours"
TOO_OFTEN = "contact_too_often"


class ContactKind(StrEnum):
    """Why Clew writes to a customer."""

    #: An answer to what they just wrote.
    REPLY = "reply"
    #: What a new contact is told.
    WELCOME = "welcome"
    #: About what they bought: lessons, renewals of what runs.
    SERVICE = "service"
    #: Nurture and activation.
    CAMPAIGN = "campaign"
    #: A message that members of the corp are asked to send.
    MASS_SEND = "mass_send"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` messages within ``within``, counted over all of ``kinds`` together."""

    kinds: frozenset[ContactKind]
    most: int
    within: timedelta


@dataclass(frozen=True, slots=True)
class Courtesy:
    """What a kind of message respects, beside the limits."""

    after_opt_out: bool = False
    red_list: bool = False
    locked: bool = False
    quiet_hours: bool = False


@dataclass(frozen=True, slots=True)
class ContactRules:
    """Limits, and for every kind what it may do; a kind without an entry may do nothing special."""

    limits: tuple[Limit, ...] = ()
    courtesies: Mapping[ContactKind, Courtesy] = field(default_factory=lambda: MappingProxyType({}))

    def limits_of(self, kind: ContactKind) -> tuple[Limit, ...]:
        """Return the limits that a kind counts against."""
        return tuple(limit for limit in self.limits if kind in limit.kinds)

    def span_of(self, kind: ContactKind) -> timedelta:
        """Return how far back one has to look; zero when the kind has no limit."""
        return max((limit.within for limit in self.limits_of(kind)), default=timedelta(0))


@dataclass(frozen=True, slots=True)
class Contacted:
    """A message that went to the person."""

    kind: ContactKind
    at: datetime


@swift
@dataclass(frozen=True, slots=True)
class Addressee:
    """What is known of the person: wishes, places on lists, the lock, earlier messages."""

    has_opted_out: bool = False
    is_black: bool = False
    is_red: bool = False
    is_locked: bool = False
    earlier: Sequence[Contacted] = ()


@swift
@dataclass(frozen=True, slots=True)
class Moment:
    """Now, and when nobody is to be woken; ``now`` is of the business zone."""

    now: datetime
    quiet: QuietHours


def may_contact(
    kind: ContactKind, who: Addressee, rules: ContactRules, moment: Moment
) -> Refusal | None:
    """Return why the person must not get a message of this kind now, or None.

    Refusal codes: ``contact_blacklisted``, ``opted_out``, ``contact_red_listed``,
    ``locked_for_sales`` (勿扰锁定), ``quiet_hours``, ``contact_too_often``.
    """
    may = rules.courtesies.get(kind, Courtesy())
    checks = (
        (who.is_black, BLACKLISTED),
        (who.has_opted_out and not may.after_opt_out, OPTED_OUT),
        (who.is_red and not may.red_list, RED_LISTED),
        (who.is_locked and not may.locked, LOCKED),
        (not may.quiet_hours and moment.quiet.covers(moment.now.time()), QUIET),
        (is_too_often(kind, who.earlier, rules, moment.now), TOO_OFTEN),
    )
    return next((Refusal(code, kind.value) for is_wrong, code in checks if is_wrong), None)


def is_too_often(
    kind: ContactKind, earlier: Sequence[Contacted], rules: ContactRules, now: datetime
) -> bool:
    """Tell whether one more message of this kind would go over a limit."""
    return any(
        sum(one.kind in limit.kinds and now - one.at < limit.within for one in earlier)
        >= limit.most
        for limit in rules.limits_of(kind)
    )
