"""What a row has met so far: written into its error column, readable by people and by us."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from bot.wecom.error_codes import Reaction
from storage.outbox_sql import ALLOWANCE_USED

#: After these the call may have had its effect ("busy" is no proof of the contrary).
AMBIGUOUS = frozenset({Reaction.OUTCOME_UNKNOWN, Reaction.RETRY_LATER})

_FORM = re.compile(
    r"(?P<reaction>[a-z_]+) ×(?P<times>\d+) since (?P<since>\S+)"
    r"(?: \(outcome unknown since (?P<unknown>\S+)\))?: (?P<detail>.*)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """The kind of trouble a row is in, and for how long.

    ``times`` counts attempts in a row that met the same reaction, ``since`` is
    the start of the first of them. ``unknown_since`` is the start of the
    earliest attempt that may have had its effect, None when none may have.
    """

    reaction: Reaction
    detail: str
    times: int
    since: datetime
    unknown_since: datetime | None = None

    def written(self) -> str:
        """Return the line for the error column; :func:`read_trouble` reads it back."""
        unknown = self.unknown_since
        aside = f" (outcome unknown since {unknown.isoformat()})" if unknown else ""
        since = self.since.isoformat()
        return f"{self.reaction} ×{self.times} since {since}{aside}: {self.detail}"


def read_trouble(text: str) -> Trouble | None:
    """Return what :meth:`Trouble.written` wrote, behind a note or not; None for anything else."""
    found = _FORM.fullmatch(text.removeprefix(f"{ALLOWANCE_USED}; "))
    if found is None:
        return None
    try:
        return Trouble(
            reaction=Reaction(found["reaction"]),
            detail=found["detail"],
            times=int(found["times"]),
            since=datetime.fromisoformat(found["since"]),
            unknown_since=datetime.fromisoformat(found["unknown"]) if found["unknown"] else None,
        )
    except ValueError:
        return None


def met(before: Trouble | None, reaction: Reaction, detail: str, started_at: datetime) -> Trouble:
    """Return the trouble after an attempt that began at ``started_at`` met ``reaction``."""
    unknown_since = before.unknown_since if before is not None else None
    if reaction in AMBIGUOUS:
        unknown_since = unknown_since or started_at
    if before is not None and before.reaction is reaction:
        return replace(before, detail=detail, times=before.times + 1, unknown_since=unknown_since)
    return Trouble(reaction, detail, 1, started_at, unknown_since)


def lost(before: Trouble | None, since: datetime) -> Trouble:
    """Return the trouble of a row whose process died while it was in hand.

    ``since`` is the earliest moment at which that attempt can have begun.
    """
    return met(before, Reaction.OUTCOME_UNKNOWN, "lease ran out", since)
