"""Customer groups (fact sheet 2.4)."""

from __future__ import annotations

from dataclasses import dataclass

from domain.values import ContactKey, UserId
from handlers.updates.base import Update, external_key, looks_external


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupUpdate(Update):
    """Something about the group ``chat_id``; names and types need a fetch."""

    chat_id: str

    @property
    def subject(self) -> str:
        """The group."""
        return self.chat_id


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCreated(GroupUpdate):
    """A customer group was created."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDismissed(GroupUpdate):
    """The group was dissolved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMembersMoved(GroupUpdate):
    """Members came or went; ``members`` is empty in older payloads.

    ``last_version`` and ``version`` are the platform's member list versions.
    """

    members: tuple[str, ...] = ()
    count: int = 0
    last_version: str = ""
    version: str = ""

    def contact_keys(self) -> tuple[ContactKey, ...]:
        """Return the members that look like outsiders."""
        return tuple(external_key(m) for m in self.members if looks_external(m))

    def userids(self) -> tuple[UserId, ...]:
        """Return the members that look like employees."""
        return tuple(UserId(m) for m in self.members if not looks_external(m))


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMembersJoined(GroupMembersMoved):
    """``join_scene``: 0 invited by a member, 3 by QR code; None when not said."""

    join_scene: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMembersLeft(GroupMembersMoved):
    """``quit_scene``: 0 left, 1 removed by the owner; None when not said."""

    quit_scene: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupChanged(GroupUpdate):
    """Owner, name or notice changed; ``detail`` is the platform's word for it."""

    detail: str
