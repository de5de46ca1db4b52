"""Answers to fetches: platform data that was asked for (fact sheet 3.7–3.10)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from domain.values import ContactKey, IdentityKind, UserId
from handlers.updates.base import NOBODY, Update, external_key
from handlers.updates.directory import NO_PROFILE, EmployeeProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched(Update):
    """An answer about ``asked``, wanted because of an event at ``generation``.

    ``generation`` is in µs since 1970 UTC, and ``at`` is the same moment: an
    answer is dropped when a newer event has asked again.
    """

    asked: str
    account: str
    generation: int

    @property
    def subject(self) -> str:
        """What was asked about."""
        return self.asked


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRefused(Fetched):
    """The platform had no answer; ``errcode`` by fact sheet 4.2."""

    kind: str
    errcode: int


@dataclass(frozen=True, slots=True)
class FollowerTag:
    """A tag that a rep's customer bears; ``kind``: 1 corp, 2 personal, 3 strategy."""

    name: str
    group: str = ""
    tag_id: str = ""
    kind: int = 1


@dataclass(frozen=True, slots=True)
class Follower:
    """One rep's view of a customer; ``add_way`` is the platform's number."""

    userid: UserId
    remark: str = ""
    description: str = field(default="", repr=False)
    created_at: datetime | None = None
    tags: tuple[FollowerTag, ...] = ()
    remark_corp_name: str = ""
    remark_mobiles: tuple[str, ...] = field(default=(), repr=False)
    state: str = ""
    add_way: int = 0
    oper_userid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalContactFetched(Fetched):
    """A customer with the reps who have them; ``is_wecom`` when they use WeCom too."""

    external_userid: str
    name: str = ""
    unionid: str = ""
    corp_name: str = ""
    corp_full_name: str = ""
    position: str = ""
    avatar: str = field(default="", repr=False)
    gender: int = 0
    is_wecom: bool = False
    followers: tuple[Follower, ...] = ()

    def contact_keys(self) -> tuple[ContactKey, ...]:
        """Return the customer, and the open-platform account if it is known."""
        return _keys(self.external_userid, self.unionid)

    def userids(self) -> tuple[UserId, ...]:
        """Return the reps who have the customer."""
        return tuple(follower.userid for follower in self.followers)


@dataclass(frozen=True, slots=True)
class GroupMember:
    """``join_scene``: 1 invited, 2 by link, 3 by QR code; ``state`` is that of a join way."""

    userid: str
    is_outside: bool
    name: str = ""
    unionid: str = ""
    nickname: str = ""
    joined_at: datetime | None = None
    join_scene: int = 0
    invited_by: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupChatFetched(Fetched):
    """A customer group with all its members."""

    chat_id: str
    name: str = ""
    owner: UserId = NOBODY
    notice: str = field(default="", repr=False)
    created_at: datetime | None = None
    members: tuple[GroupMember, ...] = ()
    admins: tuple[UserId, ...] = ()
    version: str = ""

    def contact_keys(self) -> tuple[ContactKey, ...]:
        """Return every outside member."""
        return tuple(external_key(m.userid) for m in self.members if m.is_outside)

    def userids(self) -> tuple[UserId, ...]:
        """Return every inside member."""
        return tuple(UserId(m.userid) for m in self.members if not m.is_outside)


@dataclass(frozen=True, slots=True)
class KfCustomer:
    """A 微信客服 customer as they call themselves."""

    external_userid: str
    nickname: str = ""
    avatar: str = field(default="", repr=False)
    gender: int = 0
    unionid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KfCustomersFetched(Fetched):
    """微信客服 customers; ``invalid`` are ids that the platform does not know."""

    customers: tuple[KfCustomer, ...] = ()
    invalid: tuple[str, ...] = ()

    def contact_keys(self) -> tuple[ContactKey, ...]:
        """Return every customer, each followed by its open-platform account."""
        return tuple(
            key
            for customer in self.customers
            for key in _keys(customer.external_userid, customer.unionid)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeFetched(Fetched):
    """A member's details."""

    userid: UserId
    profile: EmployeeProfile = NO_PROFILE

    def userids(self) -> tuple[UserId, ...]:
        """Return the member."""
        return (self.userid,)


@dataclass(frozen=True, slots=True, kw_only=True)
class MpUserFetched(Fetched):
    """A follower; with ``is_subscribed`` false the platform tells nothing more."""

    openid: str
    is_subscribed: bool
    subscribed_at: datetime | None = None
    unionid: str = ""
    remark: str = ""
    tag_ids: tuple[int, ...] = ()
    subscribe_scene: str = ""
    #: Scene of the parametric QR code, as a string whatever its kind.
    qr_scene: str = ""

    def contact_keys(self) -> tuple[ContactKey, ...]:
        """Return the openid, and the open-platform account if it is known."""
        openid = ContactKey(IdentityKind.OPENID, f"{self.account}:{self.openid}")
        if not self.unionid:
            return (openid,)
        return (openid, ContactKey(IdentityKind.UNIONID, self.unionid))


@dataclass(frozen=True, slots=True, kw_only=True)
class DedupHookAnswered(Fetched):
    """The customer's own system said what shall happen to a duplicate; ``asked`` is the cause."""

    then: str


def _keys(external_userid: str, unionid: str) -> tuple[ContactKey, ...]:
    key = external_key(external_userid)
    return (key, ContactKey(IdentityKind.UNIONID, unionid)) if unionid else (key,)
