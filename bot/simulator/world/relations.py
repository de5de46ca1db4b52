"""Customer contact: who follows whom, contact ways, corp tags (fact sheet 3.7)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.simulator.world.codes import Codes
from bot.simulator.world.ids import Ids

#: ``add_way`` of somebody who scanned a contact way's code.
BY_QR_CODE = 1


@dataclass(slots=True)
class Follow:
    """A member has this customer as contact.

    ``is_half`` until the member has added back; ``was_left`` once the customer
    deleted the member, which takes nothing from the member's side.
    """

    userid: str
    external_userid: str
    created_at: datetime
    state: str = ""
    add_way: int = BY_QR_CODE
    remark: str = ""
    description: str = ""
    company: str = ""
    mobiles: list[str] = field(default_factory=list)
    tag_ids: list[str] = field(default_factory=list)
    is_half: bool = False
    was_left: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """Member and customer: what a welcome code stands for."""

    userid: str
    external_userid: str


@dataclass(slots=True)
class ContactWay:
    """联系我: a code that leads to one of its members."""

    config_id: str
    type: int
    scene: int
    users: list[str]
    created_at: datetime
    state: str = ""
    remark: str = ""
    qr_code: str = ""
    skip_verify: bool = True
    next_user: int = 0

    def pick_user(self) -> str:
        """Return the member the next customer reaches; several take turns."""
        userid = self.users[self.next_user % len(self.users)]
        self.next_user += 1
        return userid

    def as_json(self) -> dict[str, object]:
        """Return the form the browser draws."""
        return {
            "config_id": self.config_id,
            "state": self.state,
            "users": list(self.users),
            "qr_code": self.qr_code,
            "title": self.remark or self.state or self.config_id,
        }


@dataclass(slots=True)
class Tag:
    """A corp tag; ``agentid`` is the app that made it, None = a person in the console."""

    id: str
    name: str
    order: int
    created_at: datetime
    agentid: int | None = None


@dataclass(slots=True)
class TagGroup:
    """A group of corp tags; ``agentid`` as of :class:`Tag`."""

    id: str
    name: str
    order: int
    created_at: datetime
    tags: list[Tag] = field(default_factory=list)
    agentid: int | None = None


class Relations:
    """Who follows whom, the ways to each other, the corp's tags."""

    def __init__(self, ids: Ids) -> None:
        """Start without any relation."""
        self._follows: dict[tuple[str, str], Follow] = {}
        self.ways: dict[str, ContactWay] = {}
        self.tag_groups: dict[str, TagGroup] = {}
        self.welcome_codes: Codes[Pair] = Codes(ids, "WC")

    def find(self, userid: str, external_userid: str) -> Follow | None:
        """Return the relation, or None."""
        return self._follows.get((userid.casefold(), external_userid))

    def add(self, follow: Follow) -> None:
        """Begin a relation (again)."""
        self._follows[follow.userid.casefold(), follow.external_userid] = follow

    def drop(self, userid: str, external_userid: str) -> None:
        """End a relation from the member's side."""
        del self._follows[userid.casefold(), external_userid]

    def of_customer(self, external_userid: str) -> list[Follow]:
        """Return the customer's relations, oldest first."""
        return [f for f in self._follows.values() if f.external_userid == external_userid]

    def of_member(self, userid: str) -> list[Follow]:
        """Return the member's relations, oldest first."""
        return [f for f in self._follows.values() if f.userid.casefold() == userid.casefold()]

    def find_tag(self, tag_id: str) -> tuple[TagGroup, Tag] | None:
        """Return a corp tag and its group, or None."""
        for group in self.tag_groups.values():
            for tag in group.tags:
                if tag.id == tag_id:
                    return group, tag
        return None

    def remove_tags(self, tag_ids: set[str]) -> None:
        """Take tags out of the library and off every customer; an empty group goes too."""
        for group in list(self.tag_groups.values()):
            group.tags = [tag for tag in group.tags if tag.id not in tag_ids]
            if not group.tags:
                del self.tag_groups[group.id]
        for follow in self._follows.values():
            follow.tag_ids = [tag_id for tag_id in follow.tag_ids if tag_id not in tag_ids]
