"""Records of Segment's tracking API (``identify``, ``track``, ``page``, …).

Source of the form: segment-analytics-python 2.4.0 and Segment's specification of
common fields (``sentAt`` corrects ``originalTimestamp`` and ``timestamp``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

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

#: Names of the events that page and screen calls are.
PAGE, SCREEN = "Page Viewed", "Screen Viewed"
_ACTS = {
    "track": Act.EVENT,
    "page": Act.EVENT,
    "screen": Act.EVENT,
    "identify": Act.SET,
    "group": Act.SET,
    "alias": Act.BIND,
}
_COMPANY = {"name": "company", "industry": "industry", "employees": "company_size"}


def read(
    raw: Mapping[str, object],
    system: str,
    reference: str,
    received: datetime,
    sent: datetime | None = None,
) -> Tracked | Unreadable:
    """Return what a call says; ``sent`` is when its batch was sent by the sender's clock."""
    kind = _text(raw.get("type"))
    act = _ACTS.get(kind)
    if act is None:
        return Unreadable("unknown_type")
    user, anonymous = id_of(raw.get("userId")), id_of(raw.get("anonymousId"))
    previous = id_of(raw.get("previousId")) if kind == "alias" else ""
    devices = [device_key(system, "anon", word) for word in (anonymous, previous) if word]
    if not user and not devices:
        return Unreadable("no_identity")
    event = _event(kind, raw)
    if act is Act.EVENT and not event:
        return Unreadable("no_event")
    context = _mapping(raw.get("context"))
    stated = moment(raw.get("originalTimestamp")) or moment(raw.get("timestamp"))
    return Tracked(
        reference=reference,
        act=act,
        at=event_time(stated, moment(raw.get("sentAt")) or sent, received),
        login=login_key(system, user) if user else None,
        devices=tuple(dict.fromkeys(devices)),
        event=event,
        properties=_properties(kind, raw, context),
        campaign=_text(_mapping(context.get("campaign")).get("source")),
    )


def _event(kind: str, raw: Mapping[str, object]) -> str:
    return {"page": PAGE, "screen": SCREEN}.get(kind) or _text(raw.get("event"))


def _properties(
    kind: str, raw: Mapping[str, object], context: Mapping[str, object]
) -> dict[str, str | float | bool]:
    if kind == "group":
        traits = flat(_mapping(raw.get("traits")))
        return {_COMPANY[name]: value for name, value in traits.items() if name in _COMPANY}
    if kind == "identify":
        return flat({**_mapping(context.get("traits")), **_mapping(raw.get("traits"))})
    found = flat(_mapping(raw.get("properties")))
    if kind in {"page", "screen"}:
        page = flat(_mapping(context.get("page")))
        named = {"name": _text(raw.get("name")), "category": _text(raw.get("category"))}
        return {**page, **{n: v for n, v in named.items() if v}, **found}
    return found


def moment(raw: object) -> datetime | None:
    """Return an ISO 8601 moment; without a zone it is UTC."""
    if not isinstance(raw, str):
        return None
    try:
        found = datetime.fromisoformat(raw)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _mapping(raw: object) -> Mapping[str, object]:
    return raw if isinstance(raw, Mapping) else {}


def _text(raw: object) -> str:
    return str(raw).strip() if isinstance(raw, str | int) and not isinstance(raw, bool) else ""
