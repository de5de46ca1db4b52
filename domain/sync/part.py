"""The parts of a synchronisation: which lists are read, and what follows from each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PartKind(StrEnum):
    """A list of the platform; its name is a key of the texts."""

    DEPARTMENTS = "departments"
    #: Members of one department.
    MEMBERS = "members"
    #: The corp's tag library.
    TAGS = "tags"
    #: Members who may follow customers.
    FOLLOWERS = "followers"
    #: Customers of some of them, page by page.
    CUSTOMERS = "customers"
    #: Customer groups, of some owners or of all.
    GROUPS = "groups"


class PartState(StrEnum):
    """``failed``: the platform refused for good; the other parts go on."""

    OPEN = "open"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PartPlan:
    """A list to read: ``about`` names a department or the members it is about."""

    kind: PartKind
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SyncPart:
    """A list being read; ``cursor`` is the platform's, of the page that comes next.

    ``items`` counts the entries taken in so far.
    """

    id: int
    run_id: int
    kind: PartKind
    about: tuple[str, ...] = ()
    cursor: str = ""
    state: PartState = PartState.OPEN
    pages: int = 0
    items: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class SyncRun:
    """One reading of everything; ``finished_at`` is None while lists are being read."""

    id: int
    started_at: datetime
    finished_at: datetime | None = None


#: What a run begins with; the rest follows from the answers.
FIRST_PARTS = (PartPlan(PartKind.DEPARTMENTS), PartPlan(PartKind.TAGS))

#: Members asked about in one call; the platform takes 100 (fact sheet 3.7).
FOLLOWERS_AT_ONCE = 50
OWNERS_AT_ONCE = 100

#: The member has no customer.
_NO_RELATION = 84061
#: Too many members in scope for a list without owners.
_OWNERS_WANTED = 81017


def chunks(words: Iterable[str], size: int) -> list[tuple[str, ...]]:
    """Return ``words`` in order, without repetitions, ``size`` at a time."""
    unique = list(dict.fromkeys(words))
    return [tuple(unique[start : start + size]) for start in range(0, len(unique), size)]


def parts_of_departments(department_ids: Sequence[int]) -> list[PartPlan]:
    """Return what follows from the departments: the members of each."""
    return [PartPlan(PartKind.MEMBERS, (str(number),)) for number in department_ids]


def parts_of_followers(userids: Sequence[str]) -> list[PartPlan]:
    """Return what follows from the members who may follow customers: customers and groups.

    Groups are asked for without owners, which also yields those whose owner left.
    """
    customers = [PartPlan(PartKind.CUSTOMERS, some) for some in chunks(userids, FOLLOWERS_AT_ONCE)]
    return [*customers, PartPlan(PartKind.GROUPS)]


@dataclass(frozen=True, slots=True)
class Retreat:
    """What becomes of a part that was refused: its state, and parts in its place."""

    state: PartState
    instead: tuple[PartPlan, ...] = ()


def after_refusal(part: SyncPart, errcode: int, followers: Sequence[str]) -> Retreat:
    """Decide what to do when the platform refuses a list.

    One member who may not be asked about must not cost the customers of the
    others; a list that is too long is asked for in pieces.
    """
    if part.kind is PartKind.CUSTOMERS and len(part.about) > 1:
        singles = tuple(PartPlan(part.kind, (userid,)) for userid in part.about)
        return Retreat(PartState.DONE, singles)
    if part.kind is PartKind.CUSTOMERS and errcode == _NO_RELATION:
        return Retreat(PartState.DONE)
    if part.kind is PartKind.GROUPS and errcode == _OWNERS_WANTED and not part.about and followers:
        pieces = tuple(PartPlan(part.kind, some) for some in chunks(followers, OWNERS_AT_ONCE))
        return Retreat(PartState.DONE, pieces)
    return Retreat(PartState.FAILED)
