"""微信客服: the call to pull, and what a pulled page holds (fact sheet 2.7)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from domain.values import ContactKey, UserId
from handlers.updates.base import Update, external_key
from handlers.updates.content import Content, Text, text_of


class KfOrigin(StrEnum):
    """Who produced a message."""

    CUSTOMER = "customer"
    SYSTEM = "system"
    SERVICER = "servicer"
    #: A number that the platform has not documented yet.
    OTHER = "other"


class KfSessionChange(StrEnum):
    """What happened to a session."""

    TAKEN_FROM_POOL = "taken_from_pool"
    TRANSFERRED = "transferred"
    ENDED = "ended"
    TAKEN_AGAIN = "taken_again"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class KfNotified(Update):
    """There is something to pull; ``token`` (10 min) lifts the rate limit of the pull."""

    open_kfid: str
    token: str = field(default="", repr=False)

    @property
    def subject(self) -> str:
        """The account: one puller per account."""
        return self.open_kfid


@dataclass(frozen=True, slots=True, kw_only=True)
class KfAccountsChanged(Update):
    """The app may now use, or no longer use, these accounts."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KfUpdate(Update):
    """One item of a pulled page; ``external_userid`` may be empty for system events."""

    msgid: str
    open_kfid: str
    external_userid: str = ""

    def contact_keys(self) -> tuple[ContactKey, ...]:
        """Return the customer, if there is one."""
        return (external_key(self.external_userid),) if self.external_userid else ()

    @property
    def subject(self) -> str:
        """The customer, else the account."""
        return self.external_userid or self.open_kfid


@dataclass(frozen=True, slots=True, kw_only=True)
class KfMessage(KfUpdate):
    """A message in a session; ``servicer_userid`` is set when a servicer wrote it."""

    origin: KfOrigin
    content: Content
    servicer_userid: UserId | None = None

    def userids(self) -> tuple[UserId, ...]:
        """Return the servicer who wrote, if one did."""
        return (self.servicer_userid,) if self.servicer_userid else ()

    @property
    def text(self) -> str:
        """The words of the message, empty when it has none."""
        return text_of(self.content)

    @property
    def menu_id(self) -> str:
        """Id of the menu answer that was tapped, empty when it was typed."""
        return self.content.menu_id if isinstance(self.content, Text) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KfSessionEntered(KfUpdate):
    """The customer opened the conversation.

    ``scene`` and ``scene_param`` name the way in. ``welcome_code`` lives 20 s
    and works once. ``video_channel`` is JSON about the 视频号 they came from.
    """

    scene: str = ""
    scene_param: str = ""
    welcome_code: str = field(default="", repr=False)
    video_channel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KfSendFailed(KfUpdate):
    """A message of ours did not arrive; ``fail_type`` is the platform's number."""

    fail_msgid: str
    fail_type: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class KfServicerChanged(KfUpdate):
    """A servicer went on or off duty."""

    servicer_userid: UserId
    is_on_duty: bool

    def userids(self) -> tuple[UserId, ...]:
        """Return the servicer."""
        return (self.servicer_userid,)


@dataclass(frozen=True, slots=True, kw_only=True)
class KfSessionChanged(KfUpdate):
    """A session moved between servicers or ended; ``msg_code`` allows one closing word."""

    change: KfSessionChange
    old_servicer: UserId | None = None
    new_servicer: UserId | None = None
    msg_code: str = field(default="", repr=False)

    def userids(self) -> tuple[UserId, ...]:
        """Return the servicers on both sides."""
        return tuple(u for u in (self.old_servicer, self.new_servicer) if u)


@dataclass(frozen=True, slots=True, kw_only=True)
class KfRecalled(KfUpdate):
    """A message was taken back, by the customer or by a servicer."""

    recalled_msgid: str
    by_customer: bool
    servicer_userid: UserId | None = None

    def userids(self) -> tuple[UserId, ...]:
        """Return the servicer who took it back, if one did."""
        return (self.servicer_userid,) if self.servicer_userid else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KfRejectionSwitched(KfUpdate):
    """The customer was put on, or taken off, the list of those not to be answered."""

    servicer_userid: UserId | None = None
    is_rejecting: bool = False

    def userids(self) -> tuple[UserId, ...]:
        """Return the servicer who switched it, if said."""
        return (self.servicer_userid,) if self.servicer_userid else ()
