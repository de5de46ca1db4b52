"""公众号 official account (fact sheet 2.11)."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.values import ContactKey, IdentityKind
from handlers.updates.base import Update
from handlers.updates.content import Content, Location, Text, text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class MpUpdate(Update):
    """Something a follower (or former follower) did; openids are per account."""

    account: str
    openid: str

    def contact_keys(self) -> tuple[ContactKey, ...]:
        """Return the follower, as ``<account>:<openid>``."""
        return (ContactKey(IdentityKind.OPENID, f"{self.account}:{self.openid}"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class MpMessage(MpUpdate):
    """A follower wrote."""

    msgid: str
    content: Content

    @property
    def text(self) -> str:
        """The words of the message, empty when it has none."""
        return text_of(self.content)

    @property
    def menu_id(self) -> str:
        """Id of the menu answer that was tapped, empty when it was typed."""
        return self.content.menu_id if isinstance(self.content, Text) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MpSubscribed(MpUpdate):
    """They followed; ``scene`` is the parametric QR code's, without prefix, or empty."""

    scene: str = ""
    ticket: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MpScanned(MpUpdate):
    """A follower scanned a parametric QR code."""

    scene: str
    ticket: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MpUnsubscribed(MpUpdate):
    """They unfollowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MpMenuClicked(MpUpdate):
    """A menu entry with a key was tapped: opens a reply window of one minute."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MpMenuViewed(MpUpdate):
    """A menu entry that opens a page was tapped."""

    url: str
    menu_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MpMiniProgramOpened(MpUpdate):
    """A menu entry that opens a mini program was tapped."""

    key: str
    menu_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MpCodeScanned(MpUpdate):
    """A menu entry scanned a code; with ``is_waiting`` an answer is awaited."""

    key: str
    scan_type: str
    result: str = field(repr=False)
    is_waiting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MpPicturesPicked(MpUpdate):
    """A menu entry took or picked pictures; ``origin`` is the platform's word."""

    key: str
    origin: str
    count: int
    checksums: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MpLocationPicked(MpUpdate):
    """A menu entry picked a place."""

    key: str
    location: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class MpLocated(MpUpdate):
    """The account was told where the follower is; ``precision`` in metres."""

    location: Location
    precision: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MpTemplateResult(MpUpdate):
    """What became of a template message; ``status`` is the platform's wording."""

    msgid: str
    status: str

    @property
    def is_delivered(self) -> bool:
        """Tell whether the message reached the follower."""
        return self.status.casefold() == "success"


@dataclass(frozen=True, slots=True)
class TemplateAnswer:
    """One template in a subscription event; ``status`` as the platform words it."""

    template_id: str
    status: str = ""
    scene: str = ""
    msgid: str = ""
    errcode: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MpSubscriptionChanged(MpUpdate):
    """A follower answered a subscription popup, changed it, or was sent such a message.

    ``change`` is ``popup``, ``change`` or ``sent``.
    """

    change: str
    answers: tuple[TemplateAnswer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MpServiceSessionChanged(MpUpdate):
    """A session with a customer-service account began, ended or moved.

    ``change`` is ``create``, ``close`` or ``switch``.
    """

    change: str
    kf_account: str = ""
    from_account: str = ""
    to_account: str = ""
