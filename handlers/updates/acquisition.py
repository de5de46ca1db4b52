"""获客助手 acquisition links (fact sheet 2.8)."""

from __future__ import annotations

from dataclasses import dataclass, field

from handlers.updates.base import Update
from handlers.updates.customer import CustomerUpdate


@dataclass(frozen=True, slots=True, kw_only=True)
class AcquisitionAccountChanged(Update):
    """Balance, quota, price or permission changed; ``change`` is the platform's word."""

    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcquisitionLinkChanged(Update):
    """A link can no longer be used (``link_unavailable``) or is gone (``delete_link``)."""

    link_id: str
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcquisitionLinkUpdate(Update):
    """A person who is not yet known did something with a link."""

    link_id: str
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcquisitionProfileOpened(AcquisitionLinkUpdate):
    """Someone opened the member's profile through the link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcquisitionFriendRequested(AcquisitionLinkUpdate):
    """Someone asked to become a contact through the link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcquisitionChat(CustomerUpdate):
    """A customer of a link writes; ``chat_key`` opens the chat's details."""

    link_id: str = ""
    state: str = ""
    chat_key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcquisitionChatStarted(AcquisitionChat):
    """The member received the customer's first message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcquisitionMessageReceived(AcquisitionChat):
    """The customer wrote again."""
