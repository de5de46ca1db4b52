"""Disputes 撞单 and registrations 报备: who wants which lead, and what a manager said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from domain.values import LeadId, UserId
from storage.moments import from_micros, to_micros

if TYPE_CHECKING:
    from storage.database import Transaction
    from storage.ids import Ids


class CaseKind(StrEnum):
    """Why an employee wants a lead."""

    DISPUTE = "dispute"
    REGISTRATION = "registration"


class CaseState(StrEnum):
    """How a case stands."""

    OPEN = "open"
    GRANTED = "granted"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class LeadCase:
    """One case."""

    id: int
    kind: CaseKind
    lead_id: LeadId
    userid: UserId
    state: CaseState
    created_at: datetime


class Cases:
    """Cases of one transaction."""

    def __init__(self, tx: Transaction, ids: Ids) -> None:
        """Belong to one transaction."""
        self._tx = tx
        self._ids = ids

    async def open(
        self, kind: CaseKind, lead_id: LeadId, userid: UserId, at: datetime
    ) -> LeadCase | None:
        """Open a case; None when this employee has an open one about the lead."""
        case_id = self._ids.next()
        key = f"{lead_id}:{userid.casefold()}:open"
        opened = await self._tx.execute(
            "insert into lead_case (id, kind, lead_id, userid, state, dedupe_key, created_at,"
            " decided_by) values ($1, $2, $3, $4, 'open', $5, $6, '')"
            " on conflict (dedupe_key) do nothing",
            case_id,
            kind.value,
            lead_id,
            userid,
            key,
            to_micros(at),
        )
        return LeadCase(case_id, kind, lead_id, userid, CaseState.OPEN, at) if opened else None

    async def get(self, case_id: int) -> LeadCase | None:
        """Return a case by number."""
        row = await self._tx.fetch_one("select * from lead_case where id = $1", case_id)
        if row is None:
            return None
        return LeadCase(
            row["id"],
            CaseKind(row["kind"]),
            LeadId(row["lead_id"]),
            UserId(row["userid"]),
            CaseState(row["state"]),
            from_micros(row["created_at"]),
        )

    async def decide(self, case: LeadCase, state: CaseState, by: str, at: datetime) -> bool:
        """Settle an open case; False when it was settled before."""
        settled = await self._tx.execute(
            "update lead_case set state = $2, decided_by = $3, decided_at = $4, dedupe_key = $5"
            " where id = $1 and state = 'open'",
            case.id,
            state.value,
            by,
            to_micros(at),
            f"{case.id}:{state.value}",
        )
        return settled == 1
