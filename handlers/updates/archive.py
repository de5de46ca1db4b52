"""会话存档 message archive (fact sheet 2.9)."""

from __future__ import annotations

from dataclasses import dataclass

from domain.values import ContactKey, UserId
from handlers.updates.base import Update, external_key, looks_external
from handlers.updates.content import Content, text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveNotified(Update):
    """There are new archived messages to pull."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedMessage(Update):
    """One archived line: sent, taken back, or a member switching corp.

    ``recalled_msgid`` is set for ``action`` "recall". ``room_id`` is empty in a
    single chat.
    """

    msgid: str
    action: str
    sender: str
    receivers: tuple[str, ...]
    content: Content
    room_id: str = ""
    recalled_msgid: str = ""
    is_external: bool = False

    def contact_keys(self) -> tuple[ContactKey, ...]:
        """Return the outside parties, the sender first."""
        return tuple(external_key(p) for p in self._parties() if looks_external(p))

    def userids(self) -> tuple[UserId, ...]:
        """Return the members, the sender first."""
        return tuple(UserId(p) for p in self._parties() if not looks_external(p))

    @property
    def text(self) -> str:
        """The words of the message, empty when it has none."""
        return text_of(self.content)

    @property
    def subject(self) -> str:
        """The room, else the outside party, else the sender."""
        outside = self.contact_keys()
        return self.room_id or (outside[0].value if outside else self.sender) or self.source

    def _parties(self) -> tuple[str, ...]:
        return tuple(party for party in (self.sender, *self.receivers) if party)
