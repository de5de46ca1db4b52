"""How customers and reps stand in WeCom (fact sheet 2.3)."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.values import ContactKey, UserId
from handlers.updates.base import Update, external_key


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerUpdate(Update):
    """Something between the member ``userid`` and a customer."""

    userid: UserId
    external_userid: str

    def contact_keys(self) -> tuple[ContactKey, ...]:
        """Return the customer."""
        return (external_key(self.external_userid),)

    def userids(self) -> tuple[UserId, ...]:
        """Return the member."""
        return (self.userid,) if self.userid else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerAdded(CustomerUpdate):
    """They became contacts; with ``is_half`` the member has not added back.

    ``state`` names the contact way or acquisition link. ``welcome_code`` lives
    20 s and works once; it is often missing.
    """

    state: str = ""
    welcome_code: str = field(default="", repr=False)
    is_half: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerEdited(CustomerUpdate):
    """A person changed the remark or a corp tag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerDeletedByRep(CustomerUpdate):
    """The member deleted the customer, or lost them by a transfer in service."""

    by_transfer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerDeletedRep(CustomerUpdate):
    """The customer deleted the member."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFailed(CustomerUpdate):
    """The customer did not come to the new owner ``userid``."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveApproved(CustomerUpdate):
    """The customer agreed to message archiving."""

    welcome_code: str = field(default="", repr=False)
