"""Leads of one unit of work, and the only SQL that writes an owner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING

from domain.changing import replace
from domain.lead import Lead, LeadKind, ScoreState, Stage, Status, Touch
from domain.values import Grade, LeadId, PersonId, UserId
from storage.errors import StorageError
from storage.moments import from_micros, micros_or_none, moment_or_none, to_micros

if TYPE_CHECKING:
    from storage.database import Row, Transaction
    from storage.ids import Ids


@dataclass(frozen=True, slots=True)
class OwnershipEntry:
    """One line of the ownership ledger: who had the lead, who has it, why, by whom."""

    lead_id: LeadId
    assignment: int
    from_owner: UserId | None
    to_owner: UserId | None
    from_pool: str
    to_pool: str
    reason: str
    actor: str
    at: datetime


class OwnerChanged(StorageError):  # noqa: N818 - a fact about the lead
    """Somebody else changed the owner since the lead was loaded."""

    advice = "Load the lead again and decide anew; nothing of this unit of work was kept."

    def __init__(self, lead_id: LeadId) -> None:
        """Name the lead."""
        super().__init__(f"the owner of lead {lead_id} was changed meanwhile")
        self.lead_id = lead_id


#: Oldest first.
_AGE = attrgetter("created_at", "id")


class Leads:
    """Identity map and rows of leads."""

    def __init__(self, tx: Transaction, ids: Ids) -> None:
        """Belong to one transaction."""
        self._tx = tx
        self._ids = ids
        self._saved: dict[LeadId, Lead] = {}
        self._now: dict[LeadId, Lead] = {}
        self._of: defaultdict[PersonId, set[LeadId]] = defaultdict(set)
        self._persons: set[PersonId] = set()
        self._ledger: list[OwnershipEntry] = []

    def get(self, lead_id: LeadId) -> Lead:
        """Return a loaded lead as it stands now."""
        return self._now[lead_id]

    def knows(self, lead_id: LeadId) -> bool:
        """Tell whether the lead was loaded or added."""
        return lead_id in self._now

    def of(self, person_ids: Iterable[PersonId]) -> tuple[Lead, ...]:
        """Return the leads of loaded persons, oldest first."""
        found = [self._now[lead_id] for one in set(person_ids) for lead_id in self._of[one]]
        if len(found) > 1:
            found.sort(key=_AGE)
        return tuple(found)

    def put(self, lead: Lead) -> Lead:
        """Take in a new lead or replace the present value of one."""
        self._of[lead.person_id].add(lead.id)
        self._now[lead.id] = lead
        return lead

    def changes(self, told: dict[LeadId, Lead]) -> list[Lead]:
        """Return the leads with other facts than in ``told``, else than when they were loaded.

        ``told`` is brought up to date.
        """
        found = []
        for lead_id, lead in self._now.items():
            before = told.get(lead_id) or self._saved.get(lead_id)
            if before is lead:
                continue
            if before is None or _facts_of(before) != _facts_of(lead):
                found.append(lead)
            told[lead_id] = lead
        return found

    def record_ownership(self, entry: OwnershipEntry) -> None:
        """Write the owner of the lead and a line of the ledger when saving.

        Only the action ``change_owner`` calls this; the row is compared with
        the owner and version that the action saw.
        """
        self._ledger.append(entry)

    def begin(self, person_id: PersonId) -> None:
        """Know of a new person: there is nothing to load."""
        self._persons.add(person_id)

    async def load(self, person_ids: Iterable[PersonId]) -> None:
        """Load all leads of persons that are not loaded yet."""
        missing = sorted(set(person_ids) - self._persons)
        if not missing:
            return
        self._persons.update(missing)
        rows = await self._tx.fetch(
            f"select * from lead where {self._tx.any_of('person_id', 1)} order by id"
            f"{self._tx.for_update()}",
            self._tx.array(missing),
        )
        for row in rows:
            lead = lead_of(row)
            self._saved[lead.id] = lead
            if lead.id not in self._now:
                self.put(lead)

    async def person_of(self, lead_ids: Iterable[LeadId]) -> dict[LeadId, PersonId]:
        """Return whose leads these are; unknown ids are left out."""
        rows = await self._tx.fetch(
            f"select id, person_id from lead where {self._tx.any_of('id', 1)}",
            self._tx.array(sorted(lead_ids)),
        )
        return {LeadId(row["id"]): PersonId(row["person_id"]) for row in rows}

    async def tried_owners(self, lead_id: LeadId) -> frozenset[UserId]:
        """Return everybody who had the lead since it was last nobody's."""
        rows = await self._tx.fetch(
            "select to_owner from ownership where lead_id = $1 order by assignment", lead_id
        )
        tried: set[UserId] = set()
        unsaved = [entry.to_owner for entry in self._ledger if entry.lead_id == lead_id]
        for owner in (*(row["to_owner"] for row in rows), *unsaved):
            tried = tried | {UserId(owner)} if owner else set()
        return frozenset(tried)

    async def save(self) -> None:
        """Write new and changed leads, then owners one by one with their ledger lines.

        Raises:
            OwnerChanged: an owner was not what this unit of work had seen.
        """
        changed = [x for x in self._now.values() if self._saved.get(x.id) != x]
        fresh = [x for x in changed if x.id not in self._saved]
        known = [x for x in changed if x.id in self._saved]
        if fresh:
            await self._tx.execute_set(INSERT_LEAD, [_identity(x) + _body(x) for x in fresh])
        if known:
            await self._tx.execute_set(UPDATE_LEAD, [(x.id, *_body(x)) for x in known])
        for entry in self._ledger:
            await self._save_owner(entry)
        self._ledger.clear()
        for lead in changed:
            self._saved[lead.id] = self._now[lead.id] = replace(lead, version=lead.version + 1)

    async def _save_owner(self, entry: OwnershipEntry) -> None:
        before = entry.assignment - 1
        written = await self._tx.execute(
            CHANGE_OWNER, entry.lead_id, entry.to_owner, entry.assignment, entry.from_owner, before
        )
        if written != 1:
            raise OwnerChanged(entry.lead_id)
        await self._tx.execute(
            INSERT_OWNERSHIP,
            self._ids.next(),
            entry.lead_id,
            entry.assignment,
            entry.from_owner,
            entry.to_owner,
            entry.from_pool,
            entry.to_pool,
            entry.reason,
            entry.actor,
            to_micros(entry.at),
        )


#: A lead without the bookkeeping that no fact is read from.
_STANDING = attrgetter(*({f.name for f in fields(Lead)} - {"version", "score", "basis_mark"}))
_SCORED = attrgetter(*({f.name for f in fields(ScoreState)} - {"scored_at"}))


def _facts_of(lead: Lead) -> tuple[object, ...]:
    """Return what facts are read from, to be compared."""
    return (_STANDING(lead), _SCORED(lead.score))


def lead_of(row: Row) -> Lead:
    """Map a row of ``lead`` to its domain value."""
    return Lead(
        id=LeadId(row["id"]),
        person_id=PersonId(row["person_id"]),
        product_line=row["product_line"],
        created_at=from_micros(row["created_at"]),
        kind=LeadKind(row["kind"]),
        cycle=row["cycle"],
        stage=Stage(row["stage"]),
        status=None if row["status"] is None else Status(row["status"]),
        pool=row["pool"],
        owner=None if row["owner"] is None else UserId(row["owner"]),
        assignment=row["assignment"],
        offered_at=moment_or_none(row["offered_at"]),
        accepted_at=moment_or_none(row["accepted_at"]),
        protected_until=moment_or_none(row["protected_until"]),
        first_touch=_touch(row, "first"),
        last_touch=_touch(row, "last"),
        score=_score(row),
        invalid_reason=row["invalid_reason"],
        basis_mark=row["basis_mark"],
        version=row["version"],
    )


def _touch(row: Row, which: str) -> Touch | None:
    at = row[f"{which}_touch_at"]
    if at is None:
        return None
    return Touch(row[f"{which}_channel"], row[f"{which}_state"], from_micros(at))


def _score(row: Row) -> ScoreState:
    return ScoreState(
        initial=row["score_initial"],
        static=row["score_static"],
        dynamic=row["score_dynamic"],
        composite=row["score_composite"],
        standard=row["score_standard"],
        level=row["level"],
        grade=Grade(row["grade"]),
        is_mature=bool(row["is_mature"]),
        rules_version=row["rules_version"],
        scored_at=moment_or_none(row["scored_at"]),
    )


def _identity(lead: Lead) -> tuple[object, ...]:
    return (
        lead.id,
        lead.person_id,
        lead.product_line,
        lead.kind.value,
        lead.cycle,
    )


def _body(lead: Lead) -> tuple[object, ...]:
    """Everything that may change except owner and assignment, which have their own door."""
    first, last, score = lead.first_touch, lead.last_touch, lead.score
    return (
        lead.stage.value,
        lead.status.value if lead.status else None,
        lead.pool,
        micros_or_none(lead.offered_at),
        micros_or_none(lead.accepted_at),
        micros_or_none(lead.protected_until),
        first.channel if first else "",
        first.state if first else "",
        to_micros(first.at) if first else None,
        last.channel if last else "",
        last.state if last else "",
        to_micros(last.at) if last else None,
        *_scores(score),
        lead.invalid_reason,
        lead.basis_mark,
        to_micros(lead.created_at),
        lead.version + 1,
    )


def _scores(score: ScoreState) -> tuple[object, ...]:
    return (
        score.initial,
        score.static,
        score.dynamic,
        score.composite,
        score.standard,
        score.level,
        score.grade.value,
        score.is_mature,
        score.rules_version,
        micros_or_none(score.scored_at),
    )


_BODY = (
    "stage",
    "status",
    "pool",
    "offered_at",
    "accepted_at",
    "protected_until",
    "first_channel",
    "first_state",
    "first_touch_at",
    "last_channel",
    "last_state",
    "last_touch_at",
    "score_initial",
    "score_static",
    "score_dynamic",
    "score_composite",
    "score_standard",
    "level",
    "grade",
    "is_mature",
    "rules_version",
    "scored_at",
    "invalid_reason",
    "basis_mark",
    "created_at",
    "version",
)
_IDENTITY = ("id", "person_id", "product_line", "kind", "cycle")

#: Columns of a new lead and, by :func:`lead_cells`, its values: nobody owns it.
LEAD_COLUMNS = (*_IDENTITY, *_BODY, "assignment")


def lead_cells(lead: Lead) -> tuple[object, ...]:
    """Return the values of :data:`LEAD_COLUMNS`."""
    return (*_identity(lead), *_body(lead), 0)


async def write_scores(tx: Transaction, scores: Iterable[tuple[LeadId, ScoreState, str]]) -> None:
    """Write the scores of leads that are loaded nowhere, with their marks, all at once."""
    cells = [(lead_id, *_scores(state), mark) for lead_id, state, mark in scores]
    if cells:
        await tx.execute_set(_UPDATE_SCORES, cells)


_SCORES = _BODY[_BODY.index("score_initial") : _BODY.index("basis_mark") + 1]
_SCORES = tuple(name for name in _SCORES if name != "invalid_reason")
_UPDATE_SCORES = (
    "update lead set "
    + ", ".join(f"{c} = ${n + 2}" for n, c in enumerate(_SCORES))
    + ", version = lead.version + 1 where id = $1"
)
INSERT_LEAD = (
    f"insert into lead ({', '.join(_IDENTITY + _BODY)}, assignment) values ("
    + ", ".join(f"${n + 1}" for n in range(len(_IDENTITY + _BODY)))
    + ", 0)"
)
UPDATE_LEAD = (
    "update lead set "
    + ", ".join(f"{c} = ${n + 2}" for n, c in enumerate(_BODY))
    + " where id = $1"
)
#: Compare and set. ``assignment`` counts changes of owner, so it is the version of the owner.
CHANGE_OWNER = """
update lead set owner = $2, assignment = $3
where id = $1 and owner is not distinct from $4 and assignment = $5
"""
INSERT_OWNERSHIP = """
insert into ownership (id, lead_id, assignment, from_owner, to_owner, from_pool, to_pool,
                       reason, actor, at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
