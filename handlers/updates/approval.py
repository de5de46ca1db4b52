"""Approvals and finished batch jobs (fact sheet 2.2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from domain.values import UserId
from handlers.updates.base import Update


@dataclass(frozen=True, slots=True)
class Approver:
    """One person's part in an approval; ``status`` is the platform's number."""

    userid: UserId
    status: int
    speech: str = field(default="", repr=False)
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ApprovalNode:
    """One step: who decides, and how (``attribute``: any one, or all)."""

    status: int
    attribute: int
    approvers: tuple[Approver, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalChanged(Update):
    """An approval moved on: 1 open, 2 passed, 3 rejected, 4 withdrawn.

    ``number`` is our own number when ``is_own`` (started by this app), else the
    platform's.
    """

    number: str
    name: str
    template_id: str
    status: int
    applicant: UserId
    is_own: bool
    applied_at: datetime | None = None
    nodes: tuple[ApprovalNode, ...] = ()
    notified: tuple[UserId, ...] = ()
    #: What moved it (``StatuChangeEvent``), 0 when not said.
    change: int = 0

    def userids(self) -> tuple[UserId, ...]:
        """Return the applicant."""
        return (self.applicant,) if self.applicant else ()

    @property
    def subject(self) -> str:
        """The door: approvals are rare and need no order against persons."""
        return self.source


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchJobFinished(Update):
    """An asynchronous directory job ended; ``errcode`` 0 is success."""

    job_id: str
    job_type: str
    errcode: int
    errmsg: str = ""
