"""The truth check: live scores beside what the kernel says at the same cut."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from domain.lead import Lead, ScoreState
from domain.values import LeadId

#: How many differences are named; all are counted.
_NAMED = 20
#: Said of a lead that was never scored, of one whose version of the rules is gone, and of
#: one that time has carried over the pass mark without anybody noticing.
NEVER_SCORED, NO_RULES, MISSED = "never_scored", "no_rules", "crossing_missed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One live value that is not what it should be; ``what`` is a field or one of the words."""

    lead_id: LeadId
    what: str
    live: str = ""
    truth: str = ""


@dataclass(frozen=True, slots=True)
class Truth:
    """How many leads were looked at, how many differ, and some of the differences."""

    leads: int = 0
    differing: int = 0
    differences: tuple[Difference, ...] = ()

    def plus(self, other: Truth) -> Truth:
        """Return both together."""
        return Truth(
            self.leads + other.leads,
            self.differing + other.differing,
            (*self.differences, *other.differences)[:_NAMED],
        )


def truth_of(leads: int, found: Iterable[Difference]) -> Truth:
    """Return what a look at ``leads`` found."""
    differences = tuple(found)
    differing = len({difference.lead_id for difference in differences})
    return Truth(leads, differing, differences[:_NAMED])


def difference_of(lead: Lead, truth: ScoreState) -> Difference | None:
    """Return the first field in which the live score is not the true one; None for none."""
    for field in fields(ScoreState):
        live, true = getattr(lead.score, field.name), getattr(truth, field.name)
        if live != true:
            return Difference(lead.id, field.name, str(live), str(true))
    return None
