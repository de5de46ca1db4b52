"""Budgets of the platform, as values: what was sent when, and what still fits.

Sliding windows, so that they also keep to windows that the platform counts from
the full minute. All of it is rebuilt from the send ledger; nothing here lives
longer than a decision.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from domain.messages import Endpoint


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``count`` in any span of ``per``."""

    count: int
    per: timedelta


#: Per app to one member; the excess is dropped without an error (fact sheet 3.2).
MEMBER_RATES = (Rate(30, timedelta(minutes=1)), Rate(1000, timedelta(hours=1)))

#: Endpoints that count against a rate per receiver.
RATES: Mapping[Endpoint, tuple[Rate, ...]] = MappingProxyType({Endpoint.APP_MESSAGE: MEMBER_RATES})

#: With this share of a rate left, texts that may be joined are joined.
NEARLY_USED = 0.5


class Trigger(StrEnum):
    """What a customer did that lets us write to them."""

    MESSAGE = "message"
    #: Follow, scan or a click on the menu of an official account.
    TAP = "tap"


@dataclass(frozen=True, slots=True)
class Opening:
    """A customer's act that opened a conversation window."""

    at: datetime
    trigger: Trigger


#: Messages allowed after an opening, and for how long (fact sheet 3.8, 3.10).
ALLOWANCES: Mapping[tuple[Endpoint, Trigger], Rate] = MappingProxyType(
    {
        (Endpoint.KF_MESSAGE, Trigger.MESSAGE): Rate(5, timedelta(hours=48)),
        (Endpoint.MP_MESSAGE, Trigger.MESSAGE): Rate(5, timedelta(hours=48)),
        (Endpoint.MP_MESSAGE, Trigger.TAP): Rate(3, timedelta(minutes=1)),
    }
)

#: The platform's clock may run ahead of ours by this much.
SKEW = timedelta(minutes=2)

#: How far back the ledger is needed to rebuild every budget.
LEDGER_SPAN = timedelta(hours=48)


def ledger_span(endpoint: Endpoint) -> timedelta | None:
    """Return how far back sends of ``endpoint`` matter; None where nothing counts them."""
    spans = [rate.per for rate in RATES.get(endpoint, ())]
    spans += [rate.per for (known, _), rate in ALLOWANCES.items() if known is endpoint]
    return max(spans, default=None)


@dataclass(frozen=True, slots=True)
class Sent:
    """Moments at which something was sent to one receiver from one account, ascending."""

    moments: tuple[datetime, ...] = ()

    @classmethod
    def of(cls, moments: Iterable[datetime]) -> Sent:
        """Build from moments in any order, as the ledger gives them."""
        return cls(tuple(sorted(moments)))

    def plus(self, moment: datetime) -> Sent:
        """Return the value after one more send."""
        return Sent.of((*self.moments, moment))

    def since(self, moment: datetime) -> int:
        """Count sends later than ``moment``."""
        return len(self.moments) - bisect_right(self.moments, moment)


def fits_at(sent: Sent, rates: Sequence[Rate], now: datetime) -> datetime:
    """Return the first moment from ``now`` on at which one more send keeps to ``rates``."""
    moment = now
    for rate in rates:
        if sent.since(moment - rate.per) >= rate.count:
            # The oldest send that still counts must have left the window by then.
            moment = max(moment, sent.moments[-rate.count] + rate.per)
    return moment


def left(sent: Sent, rates: Sequence[Rate], now: datetime) -> int | None:
    """Return how many sends fit right now; None without a rate."""
    spare = [rate.count - sent.since(now - rate.per) for rate in rates]
    return max(min(spare), 0) if spare else None


def is_nearly_used(sent: Sent, rates: Sequence[Rate], now: datetime, waiting: int) -> bool:
    """Tell whether ``waiting`` more sends would leave less than a share of any rate."""
    return any(
        rate.count - sent.since(now - rate.per) - waiting < rate.count * NEARLY_USED
        for rate in rates
    )


def allowed(
    endpoint: Endpoint, openings: Iterable[Opening], sent: Sent, now: datetime
) -> int | None:
    """Return how many messages the customer's acts still allow; None where no act is needed.

    Every act grants its own allowance from its moment on; the most generous one
    that still holds counts.
    """
    if not any(known is endpoint for known, _ in ALLOWANCES):
        return None
    spare = [0]
    for opening in openings:
        rate = ALLOWANCES.get((endpoint, opening.trigger))
        if rate is not None and opening.at - SKEW <= now < opening.at + rate.per:
            spare.append(rate.count - sent.since(opening.at))
    return max(spare)


def open_until(endpoint: Endpoint, openings: Iterable[Opening], now: datetime) -> datetime | None:
    """Return when the last window that a customer's act opened ends; None when none is open."""
    rates = [(opening.at, ALLOWANCES.get((endpoint, opening.trigger))) for opening in openings]
    ends = [at + rate.per for at, rate in rates if rate is not None and at - SKEW <= now]
    return max((end for end in ends if end > now), default=None)
