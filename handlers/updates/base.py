"""What every update has in common, and the two forms that say nothing more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from domain.values import ContactKey, IdentityKind, UserId

NOTHING: Mapping[str, str] = MappingProxyType({})
#: Nobody: the platform named no member.
NOBODY = UserId("")

#: Shortest id taken for a customer's; the platform's own have 32 characters.
_EXTERNAL_LENGTH = 16


def external_key(external_userid: str) -> ContactKey:
    """Return the contact key of a WeCom customer, 微信客服 customer or outside group member."""
    return ContactKey(IdentityKind.EXTERNAL_USERID, external_userid)


def looks_external(member: str) -> bool:
    """Guess whether a member id without a stated type belongs to an outsider.

    Outside ids start with ``wm`` or ``wo`` and are long; a userid may start so
    too, hence a fetched member list (which states types) has the last word.
    """
    return member.startswith(("wm", "wo")) and len(member) >= _EXTERNAL_LENGTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """The typed form of one callback, fetched answer or fired timer.

    ``at`` is the event time (aware, UTC): what the platform says, not when it
    was received. ``source`` names the door (``wecom:<app>``, ``mp:<account>``,
    ``kf:<open_kfid>``, ``fetch:<kind>``, ``timer``, …). ``dedupe_key`` is equal
    for every delivery of the same thing. ``sequence`` orders updates of one
    source inside one second where the platform numbers them, else 0.
    ``extra`` holds elements that no field reads, under the platform's own
    names: text as it came, structures as JSON.
    """

    source: str
    at: datetime
    dedupe_key: str
    sequence: int = 0
    extra: Mapping[str, str] = field(default_factory=lambda: NOTHING, repr=False)

    def contact_keys(self) -> tuple[ContactKey, ...]:
        """Return the customer identities that this update concerns."""
        return ()

    def userids(self) -> tuple[UserId, ...]:
        """Return the employees that this update concerns."""
        return ()

    @property
    def subject(self) -> str:
        """The inbox partition: updates of one subject are applied one after the other."""
        keys = self.contact_keys()
        if keys:
            return keys[0].value
        userids = self.userids()
        return userids[0] if userids else self.source


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored(Update):
    """A known kind that means nothing to Clew (fact sheet 2: "ack and ignore")."""

    kind: str
    about: str

    @property
    def subject(self) -> str:
        """The partition found on arrival."""
        return self.about


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown(Update):
    """Something Clew cannot read yet: kept whole, counted and shown to the operator.

    ``kind`` is the platform's own name (``event.change`` where there are two);
    ``reason`` says what was missing when the kind itself is known.
    """

    kind: str
    about: str
    raw: str = field(repr=False)
    reason: str = ""

    @property
    def subject(self) -> str:
        """The partition found on arrival."""
        return self.about
