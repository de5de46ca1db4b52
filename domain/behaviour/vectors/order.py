"""One event after another: sequences, and what did not follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from domain.behaviour.vectors.selection import Scene, Selection
from domain.columns.days import Integers
from domain.columns.reduce import Ranges
from domain.columns.values import Marks, Positions


@dataclass(frozen=True, slots=True, eq=False)
class _Chain:
    """Chains of events under way: whose, where each began, and its last event so far."""

    owner: Positions
    first: Positions
    last: Positions

    def kept(self, marks: Marks) -> _Chain:
        return _Chain(self.owner[marks], self.first[marks], self.last[marks])


def in_sequence(
    scene: Scene, steps: Sequence[Selection], first: Ranges, window: Ranges, limit: int | None
) -> Marks:
    """Tell who did the steps one after another.

    From each event of the first step the next step is taken as early as it comes;
    no later choice could end earlier. ``first`` is each person's range of the first
    step in the window, ``limit`` the longest span in microseconds.
    """
    found = np.zeros(scene.columns.persons, dtype=np.bool_)
    chain = _begun(steps[0], first, is_earliest_enough=limit is None)
    at = scene.columns.at
    for step in steps[1:]:
        chain = _gone_on(chain, step, window.hi)
    if limit is not None:
        chain = chain.kept(at[chain.last] - at[chain.first] <= limit)
    found[chain.owner] = True
    return found


def _begun(step: Selection, ranges: Ranges, *, is_earliest_enough: bool) -> _Chain:
    if is_earliest_enough:
        owner = np.flatnonzero(ranges.hi > ranges.lo)
        members = ranges.lo[owner]
    else:
        members, owner = ranges.members()
    positions = step.positions[members]
    return _Chain(owner, positions, positions)


def _gone_on(chain: _Chain, step: Selection, ends: Positions) -> _Chain:
    following, has = _next(step, chain.last, ends[chain.owner])
    return _Chain(chain.owner[has], chain.first[has], following[has])


def _next(step: Selection, after: Positions, ends: Positions) -> tuple[Positions, Marks]:
    """Return the first event of ``step`` after each position, and whether it is before the end."""
    positions = step.positions
    if positions.size == 0:
        return after, np.zeros(after.shape, dtype=np.bool_)
    index = np.searchsorted(positions, after, side="right")
    following = positions[np.minimum(index, positions.size - 1)]
    return following, (index < positions.size) & (following < ends)


def not_followed(
    scene: Scene, selection: Selection, first: Ranges, then: Selection, span: int
) -> Marks:
    """Tell who did an event, and for ``span`` microseconds, now over, nothing of ``then``."""
    found = np.zeros(scene.columns.persons, dtype=np.bool_)
    members, owner = first.members()
    positions = selection.positions[members]
    due = scene.columns.at[positions] + span
    is_over = due <= _of(scene.moments.us, owner)
    positions, owner, due = positions[is_over], owner[is_over], due[is_over]
    following, has = _next(then, positions, scene.columns.offsets[1:][owner])
    is_followed = has & (scene.columns.at[following] <= due)
    found[owner[~is_followed]] = True
    return found


def unfollowed(
    scene: Scene, selection: Selection, first: Ranges, then: Selection, span: int
) -> tuple[Positions, Integers]:
    """Return persons, rising, and when the time of an event that is not followed so far is over."""
    members, owner = first.members()
    positions = selection.positions[members]
    due = scene.columns.at[positions] + span
    following, has = _next(then, positions, scene.ends[owner])
    is_open = (due > _of(scene.moments.us, owner)) & ~(has & (scene.columns.at[following] <= due))
    return owner[is_open], due[is_open]


def _of(per_person: Integers, owner: Positions) -> Integers:
    return per_person[owner] if per_person.ndim else per_person
