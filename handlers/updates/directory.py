"""The corp's own directory (fact sheet 2.6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.values import UserId
from handlers.updates.base import NOTHING, Update


@dataclass(frozen=True, slots=True)
class EmployeeProfile:
    """What the platform says about a member; None where it says nothing.

    An event of change carries changed fields only, and apps created after June
    2022 never see mobile, e-mail, avatar, gender and address here.
    ``leads`` runs beside ``departments``. ``status``: 1 active, 2 disabled,
    4 not activated, 5 left.
    """

    name: str | None = None
    departments: tuple[int, ...] | None = None
    main_department: int | None = None
    leads: tuple[bool, ...] | None = None
    direct_leaders: tuple[UserId, ...] | None = None
    position: str | None = None
    mobile: str | None = field(default=None, repr=False)
    gender: str | None = None
    email: str | None = field(default=None, repr=False)
    biz_mail: str | None = field(default=None, repr=False)
    status: int | None = None
    avatar: str | None = field(default=None, repr=False)
    alias: str | None = None
    telephone: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)
    attributes: Mapping[str, str] = field(default_factory=lambda: NOTHING, repr=False)


#: The platform said nothing about the member.
NO_PROFILE = EmployeeProfile()


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeUpdate(Update):
    """Something about the member ``userid``."""

    userid: UserId

    def userids(self) -> tuple[UserId, ...]:
        """Return the member."""
        return (self.userid,)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeCreated(EmployeeUpdate):
    """A member joined the corp."""

    profile: EmployeeProfile = NO_PROFILE


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeChanged(EmployeeUpdate):
    """A member's details changed; ``new_userid`` is set when the id itself did."""

    profile: EmployeeProfile = NO_PROFILE
    new_userid: UserId | None = None

    def userids(self) -> tuple[UserId, ...]:
        """Return the member under the old and, if renamed, the new id."""
        return (self.userid, self.new_userid) if self.new_userid else (self.userid,)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeDeleted(EmployeeUpdate):
    """A member left the corp."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentUpdate(Update):
    """Something about a department."""

    department_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentCreated(DepartmentUpdate):
    """A department was created under ``parent_id``."""

    name: str = ""
    parent_id: int | None = None
    order: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentChanged(DepartmentUpdate):
    """A department changed; None where it did not."""

    name: str | None = None
    parent_id: int | None = None
    order: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentDeleted(DepartmentUpdate):
    """A department was deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryTagChanged(Update):
    """Members or departments got or lost a directory tag."""

    tag_id: str
    added_userids: tuple[UserId, ...] = ()
    removed_userids: tuple[UserId, ...] = ()
    added_departments: tuple[int, ...] = ()
    removed_departments: tuple[int, ...] = ()

    def userids(self) -> tuple[UserId, ...]:
        """Return the members touched."""
        return (*self.added_userids, *self.removed_userids)

    @property
    def subject(self) -> str:
        """The door: a tag belongs to no single member."""
        return self.source
