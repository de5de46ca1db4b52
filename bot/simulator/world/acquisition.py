"""获客助手: links that bring customers, and what is left of the bought quota (2.8, 3.7)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class LinkCustomer:
    """Somebody who came through a link; ``messages`` counts what they wrote to the member."""

    external_userid: str
    userid: str
    link_id: str
    state: str
    chat_key: str
    messages: int = 0


@dataclass(slots=True)
class AcquisitionLink:
    """A link; ``users`` and ``departments`` take turns at receiving its customers."""

    link_id: str
    name: str
    users: list[str]
    departments: list[int]
    created_at: datetime
    skip_verify: bool = True
    turn: int = 0

    @property
    def url(self) -> str:
        """Address of the link; ``?customer_channel=`` is appended by who spreads it."""
        return f"https://work.weixin.qq.com/ca/{self.link_id}"

    def as_json(self) -> dict[str, object]:
        """Return the form the browser draws."""
        return {"link_id": self.link_id, "name": self.name, "url": self.url}


@dataclass(slots=True)
class Acquisition:
    """Links by id, who came through them, and the quota."""

    total: int = 100
    balance: int = 100
    links: dict[str, AcquisitionLink] = field(default_factory=dict)
    customers: list[LinkCustomer] = field(default_factory=list)

    def of_link(self, link_id: str) -> list[LinkCustomer]:
        """Return who came through a link, oldest first."""
        return [one for one in self.customers if one.link_id == link_id]

    def came(self, userid: str, external_userid: str) -> LinkCustomer | None:
        """Return how a member's customer came, or None when not through a link."""
        wanted = (userid, external_userid)
        found = (one for one in self.customers if (one.userid, one.external_userid) == wanted)
        return next(found, None)
