"""Records of Sensors Analytics 神策, as its SDKs send them.

Source of the form: sa-sdk-python 1.11.0 and sa-sdk-node 1.2.6, recorded; names of
identities from the SDKs' ``SensorsAnalyticsIdentity``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from domain.cleaning.phone import normalise_phone
from domain.tracking.record import (
    Act,
    Tracked,
    Unreadable,
    device_key,
    event_time,
    flat,
    id_of,
    login_key,
)
from domain.values import ContactKey, IdentityKind, Refusal

_ACTS = {
    "track": Act.EVENT,
    "track_signup": Act.BIND,
    "track_id_bind": Act.BIND,
    "track_id_unbind": Act.UNBIND,
    "profile_set": Act.SET,
    "profile_set_once": Act.SET_ONCE,
    "profile_append": Act.APPEND,
    "profile_increment": Act.INCREMENT,
    "profile_unset": Act.UNSET,
    "profile_delete": Act.DELETE,
    "item_set": Act.ITEM,
    "item_delete": Act.ITEM_GONE,
}
_WITH_EVENT = frozenset({Act.EVENT, Act.BIND, Act.UNBIND})
_ABOUT_THINGS = frozenset({Act.ITEM, Act.ITEM_GONE})
_LOGIN = "$identity_login_id"
_UNIONIDS = frozenset({"$identity_mp_unionid", "$identity_unionid", "$identity_wechat_unionid"})
_CAMPAIGN = ("$utm_source", "$latest_utm_source", "utm_source")
_OF_LIBRARY = frozenset({"$lib", "$lib_version", "$is_login_id", "$is_first_day"})
#: Seconds have ten digits, milliseconds thirteen.
_MILLISECONDS_FROM = 100_000_000_000


def read(
    raw: Mapping[str, object], system: str, reference: str, received: datetime
) -> Tracked | Unreadable:
    """Return what a record of ``type`` track, profile_… or item_… says."""
    act = _ACTS.get(str(raw.get("type")))
    if act is None:
        return Unreadable("unknown_type")
    at = event_time(_moment(raw.get("time")), _moment(raw.get("_flush_time")), received)
    properties = _mapping(raw.get("properties"))
    if act in _ABOUT_THINGS:
        kind, item = _text(raw.get("item_type")), _text(raw.get("item_id"))
        if not kind or not item:
            return Unreadable("no_item")
        told = flat({n: v for n, v in properties.items() if n not in _OF_LIBRARY})
        return Tracked(reference, act, at, event=kind, properties=told, item=item)
    login, devices, contacts = _identities(raw, properties, system)
    word = id_of(raw.get("distinct_id"))
    if login is None and not devices and not contacts:
        return Unreadable("no_identity")
    event = str(raw.get("event", "")) if act in _WITH_EVENT else ""
    if act is Act.EVENT and not event:
        return Unreadable("no_event")
    told = flat({n: v for n, v in properties.items() if n not in _OF_LIBRARY})
    return Tracked(
        reference=reference,
        act=act,
        at=at,
        login=login,
        devices=devices,
        contacts=contacts,
        event=event,
        properties=told,
        alias=_alias(login, devices, word, system),
        campaign=next((str(told[n]) for n in _CAMPAIGN if told.get(n)), ""),
    )


def _identities(
    raw: Mapping[str, object], properties: Mapping[str, object], system: str
) -> tuple[ContactKey | None, tuple[ContactKey, ...], tuple[ContactKey, ...]]:
    given = {
        n: word
        for n, v in _mapping(raw.get("identities")).items()
        if isinstance(v, str) and (word := id_of(v))
    }
    distinct = id_of(raw.get("distinct_id"))
    login = given.get(_LOGIN) or id_of(raw.get("login_id"))
    if not login and (raw.get("type") == "track_signup" or properties.get("$is_login_id") is True):
        login = distinct
    devices = list(_devices(raw, given, login, distinct, system))
    contacts = [key for name, value in given.items() if (key := _contact(name, value))]
    key = login_key(system, login) if login else None
    return key, tuple(dict.fromkeys(devices)), tuple(dict.fromkeys(contacts))


def _alias(
    login: ContactKey | None, devices: tuple[ContactKey, ...], word: str, system: str
) -> ContactKey | None:
    anonymous = device_key(system, "anon", word)
    if login is None:
        return login_key(system, word) if anonymous in devices else None
    return anonymous if login == login_key(system, word) else None


def _devices(
    raw: Mapping[str, object], given: Mapping[str, str], login: str, distinct: str, system: str
) -> Iterator[ContactKey]:
    anonymous = [id_of(raw.get("original_id")), id_of(raw.get("anonymous_id"))]
    if distinct != login and not any(_names(distinct, n, v) for n, v in given.items()):
        anonymous.append(distinct)
    for word in anonymous:
        if word and word != login:
            yield device_key(system, "anon", word)
    for name, value in given.items():
        if value and name != _LOGIN and _contact(name, value) is None and not _is_contact(name):
            kind = "anon" if name == "$identity_anonymous_id" else name.removeprefix("$identity_")
            yield device_key(system, kind[:32], value)


def _names(distinct: str, name: str, value: str) -> bool:
    """Tell whether a distinct id only repeats an identity, as ``<name>+<value>``."""
    return distinct in {value, f"{name}+{value}"}


def _is_contact(name: str) -> bool:
    return name in {"$identity_mobile", "$identity_email"}


def _contact(name: str, value: str) -> ContactKey | None:
    if name == "$identity_mobile":
        phone = normalise_phone(value)
        return None if isinstance(phone, Refusal) else ContactKey(IdentityKind.PHONE, phone.e164)
    if name == "$identity_email" and "@" in value:
        return ContactKey(IdentityKind.EMAIL, value.casefold())
    if name in _UNIONIDS and value:
        return ContactKey(IdentityKind.UNIONID, value)
    return None


def _moment(raw: object) -> datetime | None:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return None
    try:
        seconds = raw / 1000 if raw >= _MILLISECONDS_FROM else raw
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _mapping(raw: object) -> Mapping[str, object]:
    return raw if isinstance(raw, Mapping) else {}


def _text(raw: object) -> str:
    return str(raw).strip() if isinstance(raw, str | int) and not isinstance(raw, bool) else ""
