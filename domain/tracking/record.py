"""One record of a tracker, whichever form it came in.

Nothing here is proven: whoever has the write key, and it stands in every page, may
say anything. All identities are claims (architecture section 3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from domain.cleaning.ids import says_nothing
from domain.events.event import NO_PROPERTIES, PropertyValue
from domain.events.spelling import joined
from domain.values import ContactKey, IdentityKind

#: Stands between a system and the kind of device id in a uid that is no login.
_DEVICE = "~"
#: Longer ids are kept as their digest: a column of identities is not endless.
_MOST_ID = 96
#: A clock that is off by less is left alone.
_SKEW = timedelta(minutes=1)
#: A phone stays in flight mode that long, no longer.
_OLDEST = timedelta(days=366)
_FLAT_DEPTH = 3
_MOST_PROPERTIES = 128
_MOST_TEXT = 512


class Act(StrEnum):
    """What a record says."""

    EVENT = "event"
    #: These identities are one person's.
    BIND = "bind"
    UNBIND = "unbind"
    SET = "set"
    SET_ONCE = "set_once"
    APPEND = "append"
    INCREMENT = "increment"
    UNSET = "unset"
    DELETE = "delete"
    #: About a thing of the catalogue, not a person: it is so, it is gone.
    ITEM = "item"
    ITEM_GONE = "item_gone"


@dataclass(frozen=True, slots=True)
class Tracked:
    """A record. ``login`` is the person's id in the tracker's system, if one is known.

    ``devices`` are ids of browsers and devices, ``contacts`` keys that lead to the
    person anywhere (phone, e-mail, unionid). ``event`` is the tracker's own word.
    ``alias`` is the same word as the other kind of id: not every SDK says whether an
    id is a login, so whoever is known under it is meant.
    """

    reference: str
    act: Act
    at: datetime
    login: ContactKey | None = None
    devices: tuple[ContactKey, ...] = ()
    contacts: tuple[ContactKey, ...] = ()
    event: str = ""
    properties: Mapping[str, PropertyValue] = field(default_factory=lambda: NO_PROPERTIES)
    campaign: str = ""
    alias: ContactKey | None = None
    #: Of a record about a thing, its id; the kind of thing is in ``event``.
    item: str = ""

    def identities(self) -> tuple[ContactKey, ...]:
        """Return all identities, the strongest first."""
        login = (self.login,) if self.login else ()
        alias = (self.alias,) if self.alias else ()
        return (*login, *self.contacts, *self.devices, *alias)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record that says nothing to us; ``why`` is a word for operators."""

    why: str


def id_of(raw: object) -> str:
    """Return an id as text; empty where a program wrote that it has none (null, undefined, 0)."""
    if isinstance(raw, bool) or not isinstance(raw, str | int):
        return ""
    word = str(raw).strip()
    return "" if word == "0" or says_nothing(word) else word


def login_key(system: str, uid: str) -> ContactKey:
    """Return the key of a login: the same that the signed API of the system names."""
    return ContactKey(IdentityKind.UID, f"{system}:{_short(uid)}")


def device_key(system: str, kind: str, value: str) -> ContactKey:
    """Return the key of a browser or device, which never meets a login."""
    return ContactKey(IdentityKind.UID, f"{system}{_DEVICE}{kind}:{_short(value)}")


def is_login(key: ContactKey, system: str) -> bool:
    """Tell whether a key is a login of the system."""
    return key.kind is IdentityKind.UID and key.value.startswith(f"{system}:")


def _short(value: str) -> str:
    return value if len(value) <= _MOST_ID else sha256(value.encode()).hexdigest()


def event_time(stated: datetime | None, sent: datetime | None, received: datetime) -> datetime:
    """Return when it happened by our clock.

    The sender's clock may be wrong: what it says about the moment of sending,
    compared with ours, corrects what it says about the event. Nothing happens in
    the future, and nothing a year ago.
    """
    if stated is None:
        return received
    if sent is not None and abs(received - sent) > _SKEW:
        stated += received - sent
    return received if not received - _OLDEST <= stated <= received else stated


def flat(raw: Mapping[str, object]) -> dict[str, PropertyValue]:
    """Return properties as single values: structures by ``a.b``, lists joined."""
    found: dict[str, PropertyValue] = {}
    _flatten(raw, "", _FLAT_DEPTH, found)
    return found


def _flatten(
    raw: Mapping[str, object], prefix: str, depth: int, found: dict[str, PropertyValue]
) -> None:
    for name, value in raw.items():
        if len(found) >= _MOST_PROPERTIES:
            return
        path = f"{prefix}{name}"[:64]
        if isinstance(value, Mapping):
            if depth:
                _flatten(value, f"{path}.", depth - 1, found)
        elif (single := _single(value)) is not None:
            found[path] = single


def _single(value: object) -> PropertyValue | None:
    if isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return float(value)
    if isinstance(value, str):
        return value[:_MOST_TEXT]
    if isinstance(value, list):
        return joined(one for one in value if isinstance(one, str | int | float))[:_MOST_TEXT]
    return None
