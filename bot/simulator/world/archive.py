"""会话内容存档: what was said in permitted chats, as plain lines (fact sheet 2.9)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Consent(StrEnum):
    """``agree_status`` of a member and a customer."""

    AGREE = "Agree"
    DISAGREE = "Disagree"
    DEFAULT = "Default_Agree"


@dataclass(frozen=True, slots=True)
class Line:
    """An archived message: its place in the order, its moment, its plain JSON."""

    seq: int
    at: datetime
    wire: dict[str, object]


@dataclass(slots=True)
class Archive:
    """Lines in order, consents by (userid, external_userid), and the notice that is due."""

    lines: list[Line] = field(default_factory=list)
    consents: dict[tuple[str, str], tuple[Consent, datetime]] = field(default_factory=dict)
    #: Message of a window → msgid of its line.
    msgids: dict[str, str] = field(default_factory=dict)
    notified_at: datetime | None = None
    has_news: bool = False

    def consent(self, userid: str, external_userid: str) -> Consent:
        """Return whether a customer lets chats with a member be archived."""
        found = self.consents.get((userid, external_userid))
        return found[0] if found else Consent.DEFAULT
