"""The smallest words of the domain: ids, identities, times, refusals.

All moments are timezone-aware ``datetime`` values; storage keeps them in UTC
with microseconds, people read them in the business zone (``BUSINESS_ZONE``
unless the corp has another one).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NewType
from zoneinfo import ZoneInfo

from domain.swift import swift

PersonId = NewType("PersonId", int)
LeadId = NewType("LeadId", int)
#: A WeCom userid as the platform spells it; compare with :func:`same_userid`.
UserId = NewType("UserId", str)

#: Zone of calendar days and of every time a user types or reads, by default.
BUSINESS_ZONE = ZoneInfo("Asia/Shanghai")


def same_userid(left: str, right: str) -> bool:
    """Tell whether two WeCom userids name one member (they ignore case)."""
    return left.casefold() == right.casefold()


class IdentityKind(StrEnum):
    """What kind of key leads to a person."""

    #: ``wm…``/``wo…`` id of a WeCom customer, a 微信客服 customer or an outside group member.
    EXTERNAL_USERID = "external_userid"
    #: Id of the open-platform account; joins WeCom and official accounts.
    UNIONID = "unionid"
    #: Official-account openid, written ``<account>:<openid>`` because it is per account.
    OPENID = "openid"
    #: E.164.
    PHONE = "phone"
    #: WeChat id, lower case.
    WECHAT = "wechat"
    #: Lower case.
    EMAIL = "email"
    #: Key of the customer's own system, written ``<system>:<uid>``.
    UID = "uid"


#: Kinds that only the platform can hand out: their holder is proven.
PLATFORM_KINDS = frozenset(
    {IdentityKind.EXTERNAL_USERID, IdentityKind.UNIONID, IdentityKind.OPENID}
)


@swift
@dataclass(frozen=True, slots=True, order=True)
class ContactKey:
    """An identity as it is looked up: kind and normalised value."""

    kind: IdentityKind
    value: str


class Role(StrEnum):
    """Who acts: Clew itself, or an employee in one of their roles."""

    SYSTEM = "system"
    REP = "rep"
    SDR = "sdr"
    #: Service teacher 服务老师.
    SERVICE = "service"
    OPERATIONS = "operations"
    MANAGER = "manager"
    ADMIN = "admin"


class Grade(StrEnum):
    """Fit of a lead, from its static score: A is best."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class Priority(IntEnum):
    """Order in which inbox and outbox rows are taken; lower goes first."""

    WELCOME = 0
    CHAT = 10
    NORMAL = 20
    BULK = 30


@dataclass(frozen=True, slots=True)
class Refusal:
    """An expected "no", with the reason that is stored, counted and shown.

    ``code`` is a stable word in snake_case (a key of ``refusals`` in
    ``config/texts.zh.toml``); ``detail`` fills the text's placeholders and
    must never hold a phone number, token or message text.
    """

    code: str
    detail: str = ""
