"""A trial: what a draft of the rules would do to all leads, as of one moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from domain.lead import ScoreState
from domain.scoring.grade import rounded
from domain.values import LeadId

#: Between what was and what would be, in the keys of moves: ``B>A``, ``3>1``.
TO = ">"
#: How many leads that would become mature are named.
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Trial:
    """How open leads would move, both sides worked out for the same moment and events.

    ``grades`` and ``levels`` count moves (``B>A``: from B to A, ``B>B`` stays).
    ``total_before`` and ``total_after`` are sums of composites. ``examples`` are some
    of those that would become mature.
    """

    leads: int = 0
    activated: int = 0
    cooled: int = 0
    mature_before: int = 0
    total_before: float = 0.0
    total_after: float = 0.0
    grades: Mapping[str, int] = field(default_factory=dict)
    levels: Mapping[str, int] = field(default_factory=dict)
    examples: tuple[LeadId, ...] = ()

    @property
    def mature_after(self) -> int:
        """How many would be mature."""
        return self.mature_before + self.activated - self.cooled

    @property
    def activated_share(self) -> float:
        """Share of all leads that would become mature, 0–1."""
        return self.activated / self.leads if self.leads else 0.0

    def mean(self, total: float) -> float:
        """Return the mean composite of a total."""
        return total / self.leads if self.leads else 0.0

    def plus(self, other: Trial) -> Trial:
        """Return both together: parts of the leads are tried one after the other."""
        return Trial(
            self.leads + other.leads,
            self.activated + other.activated,
            self.cooled + other.cooled,
            self.mature_before + other.mature_before,
            rounded(self.total_before + other.total_before),
            rounded(self.total_after + other.total_after),
            _summed(self.grades, other.grades),
            _summed(self.levels, other.levels),
            (*self.examples, *other.examples)[:_NAMED],
        )


def compare(pairs: Iterable[tuple[LeadId, ScoreState, ScoreState]]) -> Trial:
    """Count how leads move from the rules in force (first) to the draft (second)."""
    found = list(pairs)
    rising = [x for x, before, after in found if after.is_mature and not before.is_mature]
    return Trial(
        leads=len(found),
        activated=len(rising),
        cooled=sum(before.is_mature and not after.is_mature for _, before, after in found),
        mature_before=sum(before.is_mature for _, before, _ in found),
        total_before=rounded(sum(before.composite for _, before, _ in found)),
        total_after=rounded(sum(after.composite for _, _, after in found)),
        grades=Counter(f"{before.grade}{TO}{after.grade}" for _, before, after in found),
        levels=Counter(f"{before.level}{TO}{after.level}" for _, before, after in found),
        examples=tuple(rising[:_NAMED]),
    )


def _summed(one: Mapping[str, int], other: Mapping[str, int]) -> Mapping[str, int]:
    return Counter(one) + Counter(other)
