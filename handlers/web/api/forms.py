"""From what the API takes to a form: identities normalised, moments checked, lines known."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from domain.channels.attribution import Origin
from domain.cleaning.email import address_of
from domain.cleaning.ids import WECHAT_INVALID, WECHAT_SAME, says_nothing, wechat_of
from domain.cleaning.phone import e164s_of
from domain.events.spelling import joined
from domain.intake.facts import called, cleaned
from domain.intake.form import Call, FormEvent, FormKey, LeadForm
from domain.intake.mapping import MadeUp
from domain.intake.rows import MADE_UP
from domain.lead import LeadKind
from domain.values import ContactKey, IdentityKind, Refusal

if TYPE_CHECKING:
    from domain.access import ApiKey
    from domain.events.event import PropertyValue
    from handlers.context import Context
    from handlers.web.api.document import Faults
    from handlers.web.api.schemas import ActivationIn, EventIn, Identities, LeadIn

#: A clock may be ahead by this much; what lies further ahead is a mistake.
_AHEAD = timedelta(minutes=5)
_OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
_ID = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads what one key hands in, at one moment; ``reference`` names the form."""

    ctx: Context
    key: ApiKey
    now: datetime
    reference: str
    faults: Faults
    path: str = ""

    def lead(self, given: LeadIn) -> LeadForm:
        """Return a lead as a form; it counts only when there are no faults."""
        at = self._moment(given.at, "at")
        keys, made_up = self._reached(given)
        return LeadForm(
            reference=self.reference,
            sender=self.key.looker,
            call=Call.LEAD,
            at=at,
            keys=keys,
            name=called(given.name),
            channel=self._channel(given.channel),
            tag=given.tag.strip(),
            note=given.note.strip(),
            attributes={
                n: said for n, v in given.attributes.items() if (said := cleaned(n, self._said(v)))
            },
            events=tuple(self._event(e, n, at) for n, e in enumerate(given.events)),
            has_opted_out=given.opt_out,
            made_up=made_up,
            kind=LeadKind(given.kind),
        )

    def call(self, given: ActivationIn, call: Call, line: str = "") -> LeadForm:
        """Return an activation or fission as a form."""
        if line and line not in self._lines():
            self.faults.add(self._at("line"), "unknown_line", known="、".join(self._lines()))
        at = self._moment(given.at, "at")
        keys, made_up = self._reached(given)
        return LeadForm(
            reference=self.reference,
            sender=self.key.looker,
            call=call,
            at=at,
            keys=keys,
            channel=self._channel(given.channel),
            line=line,
            tag=given.tag.strip(),
            parameters=_properties(given.parameters),
            made_up=made_up,
        )

    def _channel(self, typed: str) -> str:
        """Return a channel's word; one that no rule and no channel knows is a fault."""
        channel = typed.strip()
        if channel and not self.ctx.catalog.knows_channel(Origin.API, channel):
            self.faults.add(self._at("channel"), "unknown_channel", channel=channel)
        return channel

    def keys(self, given: Identities, company: str = "") -> tuple[FormKey, ...]:
        """Return the identities; a signed call vouches for ids, not for what people type.

        Without a ``company`` there has to be one.
        """
        found = self._keys(given, _typed(given))
        self._ask_for_one((*found, *filter(None, [company.strip()])))
        return found

    def _reached(self, given: Identities) -> tuple[tuple[FormKey, ...], tuple[MadeUp, ...]]:
        """Return the identities, and the ways to reach the person that are nobody's.

        What is made up is left out of the identities instead of refused.
        """
        typed = _typed(given)
        made_up = tuple(
            MadeUp(name, found.code)
            for name, found in typed.items()
            if isinstance(found, Refusal) and found.code in MADE_UP
        )
        for one in made_up:
            del typed[one.field]
        if isinstance(typed.get("phone"), str):  # a wrong number beside a right one
            others = e164s_of(given.phone)[1:]
            made_up += tuple(MadeUp("phone", o.code) for o in others if isinstance(o, Refusal))
        keys = self._keys(given, typed)
        self._ask_for_one((*keys, *made_up))
        return keys, made_up

    def _ask_for_one(self, found: Sequence[object]) -> None:
        if not found and not self.faults.found:
            self.faults.add(self.path or "$", "no_identity")

    def _keys(self, given: Identities, typed: Mapping[str, str | Refusal]) -> tuple[FormKey, ...]:
        found = [
            FormKey(ContactKey(kind, value), is_verified=True) for kind, value in self._ids(given)
        ]
        if phone := self._right("phone", typed):
            key = ContactKey(IdentityKind.PHONE, phone)
            found.append(FormKey(key, is_verified=given.phone_verified))
            others = [o for o in e164s_of(given.phone)[1:] if isinstance(o, str)]
            more = [ContactKey(IdentityKind.PHONE, other) for other in others]
            found += [FormKey(other, is_verified=False) for other in more]
        if wechat := self._right("wechat", typed):
            found.append(FormKey(ContactKey(IdentityKind.WECHAT, wechat), is_verified=False))
        if email := self._right("email", typed):
            found.append(FormKey(ContactKey(IdentityKind.EMAIL, email), is_verified=False))
        return tuple(found)

    def _ids(self, given: Identities) -> list[tuple[IdentityKind, str]]:
        ids = []
        if uid := self._id(given.uid, "uid"):
            ids.append((IdentityKind.UID, f"{self.key.system}:{uid}"))
        if unionid := self._id(given.unionid, "unionid"):
            ids.append((IdentityKind.UNIONID, unionid))
        if external := self._id(given.external_userid, "external_userid"):
            ids.append((IdentityKind.EXTERNAL_USERID, external))
        openid = self._id(given.openid, "openid")
        account = self._id(given.mp_account, "mp_account")
        if openid and account:
            ids.append((IdentityKind.OPENID, f"{account}:{openid}"))
        elif openid or account:
            self.faults.add(self._at("mp_account"), "openid_alone")
        return ids

    def _id(self, raw: str, name: str) -> str:
        word = "" if says_nothing(raw) else raw.strip()
        if word and not _ID.fullmatch(word):
            self.faults.add(self._at(name), "bad_id")
        return word

    def _right(self, name: str, typed: Mapping[str, str | Refusal]) -> str:
        """Return what was typed as it is kept; what cannot be is a fault."""
        found = typed.get(name, "")
        if not isinstance(found, Refusal):
            return found
        words = self.faults.words.get(f"refusals.{found.code}", detail=found.detail)
        self.faults.said(self._at(name), found.code, words)
        return ""

    def _moment(
        self, at: datetime | None, name: str, otherwise: datetime | None = None
    ) -> datetime:
        if at is None:
            return otherwise or self.now
        if at > self.now + _AHEAD:
            self.faults.add(self._at(name), "in_the_future")
        elif at < _OLDEST:
            self.faults.add(self._at(name), "too_old")
        return min(at, self.now).astimezone(UTC)

    def _event(self, event: EventIn, number: int, at: datetime) -> FormEvent:
        moment = self._moment(event.at, f"events[{number}].at", at)
        return FormEvent(event.kind.strip(), moment, _properties(event.properties))

    def _said(self, value: str | float | bool) -> str:  # noqa: FBT001 — a value of JSON
        if isinstance(value, bool):
            return self.faults.words.get("api.value.yes" if value else "api.value.no")
        return f"{value:g}" if isinstance(value, float) else str(value).strip()

    def _lines(self) -> list[str]:
        catalog = self.ctx.catalog
        named = {channel.line for channel in catalog.channels.channels.values()}
        return sorted({catalog.default_line, *named} - {""})

    def _at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name


def _typed(given: Identities) -> dict[str, str | Refusal]:
    """Return phone, WeChat id and e-mail address that were given in one form, or what is wrong."""
    typed: dict[str, str | Refusal] = {}
    if not says_nothing(given.phone):
        typed["phone"] = e164s_of(given.phone)[0]
    wechat, phone = wechat_of(given.wechat), typed.get("phone")
    if isinstance(wechat, str) or wechat.code == WECHAT_INVALID:
        typed["wechat"] = wechat
    elif wechat.code == WECHAT_SAME and isinstance(phone, str):
        typed["wechat"] = phone
    if not says_nothing(given.email):
        typed["email"] = address_of(given.email)
    return typed


def _properties(
    given: Mapping[str, str | int | float | bool | list[str]],
) -> dict[str, PropertyValue]:
    return {name: _single(value) for name, value in given.items()}


def _single(value: str | float | bool | list[str]) -> PropertyValue:  # noqa: FBT001 - it may be one
    """Return a value as it is kept: numbers as floats, lists joined."""
    if isinstance(value, list):
        return joined(value)
    return value if isinstance(value, bool | str) else float(value)
