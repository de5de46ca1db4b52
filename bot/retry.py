"""What to do after a send that did not succeed: again, never, or nobody knows.

Pure: the attempt and the moment in, a decision out. It holds the once-only
table (architecture section 1): a send whose outcome is unknown may be repeated
only where the platform itself recognises the repetition.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType
from typing import TypeAlias

from bot.trouble import AMBIGUOUS, Trouble
from bot.wecom.error_codes import Pause, Reaction
from bot.wecom.render import DUPLICATE_CHECK_SECONDS
from domain.messages import Endpoint
from domain.values import BUSINESS_ZONE


class OnceOnly(StrEnum):
    """Why a repeated send has no second effect, or that it may have one."""

    #: Our id, a single-use code or the nature of the call: repeat at any time.
    SAFE = "safe"
    #: The platform drops an equal message for a while: repeat in that window.
    IN_WINDOW = "in_window"
    #: Nothing protects the receiver: never repeat.
    AT_MOST_ONCE = "at_most_once"


ONCE_ONLY: Mapping[Endpoint, OnceOnly] = MappingProxyType(
    {
        Endpoint.APP_MESSAGE: OnceOnly.IN_WINDOW,
        Endpoint.CARD_UPDATE: OnceOnly.SAFE,
        Endpoint.WELCOME: OnceOnly.SAFE,
        Endpoint.KF_MESSAGE: OnceOnly.SAFE,
        Endpoint.KF_EVENT_MESSAGE: OnceOnly.SAFE,
        Endpoint.MP_MESSAGE: OnceOnly.AT_MOST_ONCE,
        Endpoint.REMARK: OnceOnly.SAFE,
        Endpoint.MARK_TAG: OnceOnly.SAFE,
        # What an earlier attempt made is looked for first (``bot.entry_orders``).
        Endpoint.ENTRY: OnceOnly.SAFE,
    }
)

#: Endpoints whose code works once: refused after a lost answer, it may have worked.
_SINGLE_USE = frozenset({Endpoint.CARD_UPDATE, Endpoint.WELCOME, Endpoint.KF_EVENT_MESSAGE})

#: Reason of a send whose use has passed.
EXPIRED = "expired"
#: A resend must reach the platform inside its window, so ours ends a little earlier.
RESEND_FOR = timedelta(seconds=DUPLICATE_CHECK_SECONDS) - timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waiting that grows by ``factor`` from ``first`` up to ``most``, for ``kept_for`` in all.

    ``times`` bounds the attempts where time alone would allow too many.
    """

    first: timedelta
    most: timedelta
    kept_for: timedelta
    factor: int = 2
    times: int | None = None


_BACKOFF: Mapping[Reaction, Backoff] = MappingProxyType(
    {
        # Fact sheet 4.2: at most 3 retries; they reach over two minutes.
        Reaction.RETRY_LATER: Backoff(
            timedelta(seconds=2), timedelta(minutes=15), timedelta(hours=1), factor=8, times=4
        ),
        Reaction.NOT_SENT: Backoff(timedelta(seconds=1), timedelta(minutes=5), timedelta(hours=24)),
        Reaction.OUTCOME_UNKNOWN: Backoff(
            timedelta(seconds=2), timedelta(minutes=10), timedelta(hours=24)
        ),
        # Nothing changes before somebody acts: few calls, for a long week-end.
        Reaction.OPERATOR: Backoff(
            timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=72)
        ),
        # How long it rests is said by the pause of the code.
        Reaction.SLOW_DOWN: Backoff(timedelta(0), timedelta(0), timedelta(hours=48)),
    }
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A send that failed: what it met, and what bounds it.

    ``seed`` spreads the retries of different rows.
    """

    endpoint: Endpoint
    trouble: Trouble
    now: datetime
    seed: int
    pause: Pause = Pause.NONE
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again at ``at``."""

    at: datetime


@dataclass(frozen=True, slots=True)
class GiveUp:
    """It did not arrive and will not; ``reason`` is a stable word."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have arrived and must not be repeated; the operator sees it."""

    reason: str


Decision: TypeAlias = Retry | GiveUp | Unknown


def next_step(attempt: Attempt) -> Decision:
    """Decide after a failed attempt."""
    trouble, once_only = attempt.trouble, ONCE_ONLY[attempt.endpoint]
    if trouble.unknown_since is None:
        return _after_answer(attempt)
    if once_only is OnceOnly.AT_MOST_ONCE:
        return Unknown(trouble.reaction)
    decision = _after_answer(attempt)
    if isinstance(decision, GiveUp):
        return _last_word(attempt, decision)
    if once_only is OnceOnly.IN_WINDOW and decision.at >= trouble.unknown_since + RESEND_FOR:
        return Unknown("resend_window_over")
    return decision


def may_resend(endpoint: Endpoint, trouble: Trouble, now: datetime) -> bool:
    """Tell whether a row that may have arrived already can be sent once more right now."""
    once_only = ONCE_ONLY[endpoint]
    if trouble.unknown_since is None or once_only is OnceOnly.SAFE:
        return True
    return once_only is OnceOnly.IN_WINDOW and now < trouble.unknown_since + RESEND_FOR


def wait_after(trouble: Trouble, pause: Pause, now: datetime, seed: int) -> timedelta | None:
    """Return how long to wait before the next attempt, None when there should be none."""
    backoff = _BACKOFF.get(trouble.reaction)
    if backoff is None or (backoff.times is not None and trouble.times >= backoff.times):
        return None
    spread = _fraction(seed, trouble.times)
    if trouble.reaction is Reaction.SLOW_DOWN:
        wait = _rest(pause, trouble.times, now, spread)
    else:
        grown = backoff.factor ** min(trouble.times - 1, 20)
        wait = min(backoff.first * grown, backoff.most) * (0.75 + spread / 2)
    return wait if now + wait <= trouble.since + backoff.kept_for else None


def _last_word(attempt: Attempt, decision: GiveUp) -> Decision:
    """An earlier attempt may have arrived: only a plain refusal of a repeatable call is a no.

    A single-use code that is refused after a lost answer may have been used by it.
    """
    is_no = attempt.trouble.reaction not in AMBIGUOUS and decision.reason != EXPIRED
    if is_no and attempt.endpoint not in _SINGLE_USE:
        return decision
    return Unknown(decision.reason)


def _after_answer(attempt: Attempt) -> Retry | GiveUp:
    trouble = attempt.trouble
    wait = wait_after(trouble, attempt.pause, attempt.now, attempt.seed)
    if wait is None:
        return GiveUp(trouble.reaction)
    at = attempt.now + wait
    if attempt.expires_at is not None and at >= attempt.expires_at:
        return GiveUp(EXPIRED)
    return Retry(at)


def _rest(pause: Pause, times: int, now: datetime, spread: float) -> timedelta:
    """Return how long an endpoint rests, a little spread so that not all wake at once.

    Concurrency (1 to 3 s) passes within a few tries; longer trouble gets longer rests.
    """
    match pause:
        case Pause.DAY:
            local = now.astimezone(BUSINESS_ZONE)
            tomorrow = local.date() + timedelta(days=1)
            midnight = datetime.combine(tomorrow, time.min, BUSINESS_ZONE)
            return midnight - local + timedelta(minutes=10 * spread)
        case Pause.MINUTE:
            return timedelta(seconds=60 + 5 * spread)
        case _:
            return timedelta(seconds=1 + 2 * spread) * (1 << min((times - 1) // 3, 7))


def _fraction(seed: int, number: int) -> float:
    """Return a number from 0 to 1 that depends on nothing but its arguments."""
    digest = sha256(f"{seed}:{number}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32
