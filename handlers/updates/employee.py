"""What employees do in the conversation with Clew's app (fact sheet 2.1 and 2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.values import UserId
from handlers.updates.base import Update
from handlers.updates.content import Content, Location, text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class FromEmployee(Update):
    """Something a member did in the app ``agent_id``."""

    userid: UserId
    agent_id: str = ""

    def userids(self) -> tuple[UserId, ...]:
        """Return the member who acted."""
        return (self.userid,)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeMessage(FromEmployee):
    """A member wrote to the app."""

    msgid: str
    content: Content

    @property
    def text(self) -> str:
        """The words of the message, empty when it has none."""
        return text_of(self.content)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardClicked(FromEmployee):
    """A button of a template card was pressed.

    ``selected`` maps each question key to the chosen option ids.
    ``response_code`` allows one replacement of the card within 72 h.
    """

    task_id: str
    key: str
    card_type: str = ""
    response_code: str = field(default="", repr=False)
    selected: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardMenuClicked(FromEmployee):
    """An entry of a card's top-right menu was chosen."""

    task_id: str
    key: str
    card_type: str = ""
    response_code: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCardClicked(FromEmployee):
    """A button of an old task card was pressed."""

    task_id: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuClicked(FromEmployee):
    """A menu entry with a key was tapped."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuViewed(FromEmployee):
    """A menu entry that opens a page was tapped."""

    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MiniProgramOpened(FromEmployee):
    """A menu entry that opens a mini program was tapped."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeScanned(FromEmployee):
    """A menu entry scanned a code; with ``is_waiting`` the member awaits an answer."""

    key: str
    scan_type: str
    result: str = field(repr=False)
    is_waiting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturesPicked(FromEmployee):
    """A menu entry took or picked pictures; the pictures follow as messages.

    ``origin`` is the platform's name of the way (``pic_sysphoto``, …).
    """

    key: str
    origin: str
    count: int
    checksums: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationPicked(FromEmployee):
    """A menu entry picked a place."""

    key: str
    location: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeLocated(FromEmployee):
    """The app was told where the member is; ``precision`` in metres."""

    location: Location
    precision: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentEntered(FromEmployee):
    """The member opened the app; may come often."""

    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeSubscribed(FromEmployee):
    """The member came into the app's visible scope."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeUnsubscribed(FromEmployee):
    """The member left the app's visible scope."""
