"""Pages of the lists that a synchronisation reads (fact sheet 3.7, 3.9)."""

from __future__ import annotations

from dataclasses import dataclass

from domain.values import ContactKey, UserId
from handlers.updates.fetched import ExternalContactFetched, Fetched


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncPage(Fetched):
    """A page of part ``part_id``, read from ``cursor`` on; an empty ``next_cursor`` is the end."""

    part_id: int
    cursor: str = ""
    next_cursor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncRefused(Fetched):
    """The platform refuses the list of part ``part_id``; ``errcode`` by fact sheet 4.2."""

    part_id: int
    errcode: int


@dataclass(frozen=True, slots=True)
class ListedDepartment:
    """A department; without the right to read names the name is empty."""

    id: int
    name: str = ""
    parent_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentsListed(SyncPage):
    """All departments in the app's scope."""

    departments: tuple[ListedDepartment, ...] = ()


@dataclass(frozen=True, slots=True)
class ListedMember:
    """A member of the corp."""

    userid: UserId
    name: str = ""
    departments: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersListed(SyncPage):
    """The members of one department."""

    members: tuple[ListedMember, ...] = ()

    def userids(self) -> tuple[UserId, ...]:
        """Return the members."""
        return tuple(member.userid for member in self.members)


@dataclass(frozen=True, slots=True)
class ListedTag:
    """A tag of the corp's library."""

    id: str
    name: str
    group_id: str
    group: str
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TagsListed(SyncPage):
    """The corp's tag library."""

    tags: tuple[ListedTag, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowersListed(SyncPage):
    """The members who may follow customers."""

    followers: tuple[UserId, ...] = ()

    def userids(self) -> tuple[UserId, ...]:
        """Return the members."""
        return self.followers


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomersListed(SyncPage):
    """Customers, each with one of the reps who have them."""

    customers: tuple[ExternalContactFetched, ...] = ()

    def contact_keys(self) -> tuple[ContactKey, ...]:
        """Return every customer, and the open-platform accounts that are known."""
        return tuple(key for customer in self.customers for key in customer.contact_keys())


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsListed(SyncPage):
    """Customer groups, by chat id."""

    chat_ids: tuple[str, ...] = ()
