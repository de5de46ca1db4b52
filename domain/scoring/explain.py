"""An explanation short enough for a card: one line per rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from domain.scoring.grade import rounded
from domain.scoring.score import Contribution, Part


@dataclass(frozen=True, slots=True)
class Reason:
    """What one rule gave in all: points, how often, and when last (event time)."""

    part: Part
    rule: str
    label: str
    points: float
    times: int
    kind: str = ""
    detail: str = ""
    last_at: datetime | None = None


def reasons(contributions: Iterable[Contribution]) -> tuple[Reason, ...]:
    """Sum contributions up by rule, the weightiest first; equal weights by rule id."""
    found: dict[tuple[Part, str, str], Reason] = {}
    for one in contributions:
        key = (one.part, one.rule, one.detail)
        known = found.get(key)
        found[key] = _added(known, one) if known else _first(one)
    return tuple(sorted(found.values(), key=lambda r: (-abs(r.points), r.part, r.rule)))


def _first(one: Contribution) -> Reason:
    return Reason(one.part, one.rule, one.label, one.points, 1, one.kind, one.detail, one.at)


def _added(reason: Reason, one: Contribution) -> Reason:
    moments = [moment for moment in (reason.last_at, one.at) if moment is not None]
    return replace(
        reason,
        points=rounded(reason.points + one.points),
        times=reason.times + 1,
        last_at=max(moments, default=None),
    )
