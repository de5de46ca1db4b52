"""Leads that nobody follows go back: warned before, to the minute, not while protected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.events.event import Event
from domain.lead import Lead, Stage, Status
from domain.pools.pool import PoolRules
from domain.worktime import WorkTime

#: Statuses in which a lead is never taken away by the clock.
_SETTLED = frozenset({Status.PAYMENT_BOOKED, Status.WON})


class Verdict(StrEnum):
    """What is to be done with a followed lead now."""

    KEEP = "keep"
    WARN = "warn"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Review:
    """The verdict, when the lead goes back, and when to look again (None: not by time)."""

    verdict: Verdict
    release_at: datetime | None = None
    look_again_at: datetime | None = None


def review(
    lead: Lead, events: Iterable[Event], rules: PoolRules, work: WorkTime, now: datetime
) -> Review:
    """Judge a lead by its last follow-up.

    The clock starts with acceptance and again with every event of
    ``rules.resets``; it runs in working time. Release waits for the end of the
    protection period; settled leads and leads outside FOLLOWING are kept.
    """
    start = lead.accepted_at
    if lead.stage is not Stage.FOLLOWING or start is None or lead.status in _SETTLED:
        return Review(Verdict.KEEP)
    for event in events:
        if event.kind in rules.resets and event.event_at > start:
            start = event.event_at
    release_at = work.add(start, rules.idle_for)
    if lead.protected_until is not None:
        release_at = max(release_at, lead.protected_until)
    warn_at = _before(release_at, start, rules, work)
    if now >= release_at:
        return Review(Verdict.RELEASE, release_at)
    if now >= warn_at:
        return Review(Verdict.WARN, release_at, release_at)
    return Review(Verdict.KEEP, release_at, warn_at)


def _before(release_at: datetime, start: datetime, rules: PoolRules, work: WorkTime) -> datetime:
    """Return when to warn: ``warn_for`` of working time before the release."""
    worked = work.between(start, release_at)
    return work.add(start, max(worked - rules.warn_for, worked * 0))
