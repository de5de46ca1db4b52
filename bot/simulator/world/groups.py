"""Customer groups and their members (fact sheet 2.4, 3.7)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum


class Side(IntEnum):
    """``type`` of a group member."""

    MEMBER = 1
    EXTERNAL = 2


@dataclass(slots=True)
class GroupMember:
    """Somebody in a group; ``join_scene`` 1 invited, 2 link, 3 QR."""

    id: str
    side: Side
    name: str
    joined_at: datetime
    join_scene: int
    unionid: str = ""
    invitor: str = ""
    #: ``state`` of the join way whose code was scanned.
    state: str = ""


@dataclass(slots=True)
class JoinWay:
    """群活码: a code that leads into one of its groups."""

    config_id: str
    chat_ids: list[str]
    state: str = ""
    remark: str = ""
    scene: int = 2


@dataclass(slots=True)
class Group:
    """A customer group; ``version`` counts changes of the member list.

    ``was_inherited`` once a former owner's group went to a new one.
    """

    chat_id: str
    name: str
    owner: str
    created_at: datetime
    notice: str = ""
    members: dict[str, GroupMember] = field(default_factory=dict)
    version: int = 1
    was_inherited: bool = False

    def as_json(self) -> dict[str, object]:
        """Return the form the browser draws."""
        return {"chat_id": self.chat_id, "name": self.name}
