"""The official account: followers, sending quotas, QR scenes, templates (fact sheet 3.10)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.simulator.config import Limits


@dataclass(slots=True)
class Allowance:
    """Messages that a user's action permits until a moment."""

    until: datetime
    left: int


class Quota(StrEnum):
    """Whether a customer-service message may go out."""

    OPEN = "open"
    CLOSED = "closed"
    USED_UP = "used_up"


@dataclass(slots=True)
class Follower:
    """Somebody who follows, or once did (``is_following``)."""

    openid: str
    subscribed_at: datetime
    scene: str = ""
    is_following: bool = True
    by_message: Allowance | None = None
    by_action: Allowance | None = None


@dataclass(frozen=True, slots=True)
class SceneCode:
    """A parametric QR code; ``until`` is None for permanent ones."""

    ticket: str
    scene: str
    until: datetime | None


@dataclass(slots=True)
class OfficialAccount:
    """The account's state."""

    account: str
    name: str
    limits: Limits
    #: template_id → title.
    templates: dict[str, str] = field(default_factory=dict)
    followers: dict[str, Follower] = field(default_factory=dict)
    codes: dict[str, SceneCode] = field(default_factory=dict)
    menu: dict[str, object] | None = None
    #: client_msg_id → (msgid, when); ten minutes of memory.
    client_msgs: dict[str, tuple[int, datetime]] = field(default_factory=dict)

    def follower(self, openid: str) -> Follower | None:
        """Return who follows now under this openid, or None."""
        found = self.followers.get(openid)
        return found if found and found.is_following else None

    def wrote(self, follower: Follower, now: datetime) -> None:
        """Open the window of a user message: five within 48 h."""
        until = now + self.limits.mp_message_window
        follower.by_message = Allowance(until, self.limits.mp_message_budget)

    def acted(self, follower: Follower, now: datetime) -> None:
        """Open the window of a follow, scan or menu click: three within a minute."""
        until = now + self.limits.mp_action_window
        follower.by_action = Allowance(until, self.limits.mp_action_budget)

    def spend(self, follower: Follower, now: datetime) -> Quota:
        """Count one customer-service message against an open window, shortest first."""
        windows = [w for w in (follower.by_action, follower.by_message) if w and now <= w.until]
        if not windows:
            return Quota.CLOSED
        for window in windows:
            if window.left > 0:
                window.left -= 1
                return Quota.OPEN
        return Quota.USED_UP

    def shut(self, openid: str, *, is_over: bool) -> None:
        """Close somebody's windows before their time, or use up what is left in them."""
        follower = self.follower(openid)
        if follower is None:
            return
        for window in (follower.by_action, follower.by_message):
            if window is not None:
                window.left = 0
        if is_over:
            follower.by_action = follower.by_message = None

    def code_of(self, scene: str, now: datetime) -> SceneCode | None:
        """Return a living QR code of the scene, or None."""
        living = (c for c in self.codes.values() if c.until is None or now < c.until)
        return next((c for c in living if c.scene == scene), None)
