"""Is a lead let through: evidence and rules in, objections out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.cleaning.phone import Phone, parse_phone
from domain.events.event import Event
from domain.person import Person, RelationState
from domain.screening.contact import ContactRules
from domain.screening.words import WordList, WordOptions
from domain.swift import swift
from domain.values import IdentityKind


class Reason(StrEnum):
    """Why a lead is filtered; the words are ``objection.<reason>``."""

    BLACKLISTED = "blacklisted"
    RED_LISTED = "red_listed"
    #: A sensitive word in the name, the company or another field.
    SENSITIVE_WORDS = "sensitive_words"
    #: A sensitive word in what the customer wrote.
    SENSITIVE_CHAT = "sensitive_chat"
    #: The only ways to reach the person turned out to be made up or wrong.
    INVALID_CONTACT = "invalid_contact"
    UNREACHABLE = "unreachable"


class Verdict(StrEnum):
    """What follows from a reason."""

    #: The lead becomes invalid.
    REJECT = "reject"
    #: The lead stays where it is and is pushed to nobody.
    HOLD = "hold"
    #: Shown to the manager, nothing else.
    FLAG = "flag"
    OFF = "off"


#: Verdicts that keep a lead from every rep.
BLOCKING = frozenset({Verdict.REJECT, Verdict.HOLD})


class Way(StrEnum):
    """A way to reach a person."""

    PHONE = "phone"
    WECHAT = "wechat"
    EMAIL = "email"
    #: A friend in WeCom, or half of one.
    RELATION = "relation"
    OFFICIAL_ACCOUNT = "official_account"
    #: Wrote to 微信客服.
    CUSTOMER_SERVICE = "customer_service"
    GROUP = "group"
    #: An id in the customer's own system, which can reach them.
    UID = "uid"


_BY_IDENTITY = {
    IdentityKind.WECHAT: Way.WECHAT,
    IdentityKind.EMAIL: Way.EMAIL,
    IdentityKind.UID: Way.UID,
}
_FRIENDS = frozenset({RelationState.FRIEND, RelationState.HALF})
#: Kinds of events that open a way, and those that close it.
_OPENED = {
    "mp_followed": Way.OFFICIAL_ACCOUNT,
    "mp_message": Way.OFFICIAL_ACCOUNT,
    "mp_scanned": Way.OFFICIAL_ACCOUNT,
    "mp_menu_clicked": Way.OFFICIAL_ACCOUNT,
    "kf_entered": Way.CUSTOMER_SERVICE,
    "kf_message": Way.CUSTOMER_SERVICE,
    "group_joined": Way.GROUP,
}
_CLOSED = {"mp_unfollowed": Way.OFFICIAL_ACCOUNT, "group_left": Way.GROUP}


@dataclass(frozen=True, slots=True)
class FilterRules:
    """``filters.toml``: what follows from which reason, who is reachable, how often contacted.

    ``fields`` are the attributes that are looked through for sensitive words.
    """

    verdicts: Mapping[Reason, Verdict]
    ways: frozenset[Way]
    fields: tuple[str, ...]
    words: WordOptions
    contact: ContactRules

    def verdict(self, reason: Reason) -> Verdict:
        """Return what follows from a reason; one that is not in the table is off."""
        return self.verdicts.get(reason, Verdict.OFF)


@swift
@dataclass(frozen=True, slots=True)
class Objection:
    """Something against a lead.

    ``field`` and ``detail`` hold the name of a field, a code, a category of words: never
    a value of the person's.
    """

    reason: Reason
    verdict: Verdict
    field: str = ""
    detail: str = ""

    @property
    def is_blocking(self) -> bool:
        """Tell whether the lead is kept from every rep."""
        return self.verdict in BLOCKING


@swift
@dataclass(frozen=True, slots=True)
class Evidence:
    """What is looked at: places on lists, texts by field, ways, and an invalid contact's code."""

    is_black: bool = False
    is_red: bool = False
    texts: tuple[tuple[str, str], ...] = ()
    ways: frozenset[Way] = frozenset()
    invalid_contact: str = ""


def texts_of(person: Person, fields: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return those of ``fields`` that are known of a person, with their values."""
    known = {name: fact.value for name, fact in person.attributes.items()} | {"name": person.name}
    return tuple((name, known[name]) for name in fields if known.get(name))


def ways_to(person: Person, history: Sequence[Event]) -> frozenset[Way]:
    """Return the ways to reach a person now; ``history`` is in event order."""
    ways = {_BY_IDENTITY[i.key.kind] for i in person.identities if i.key.kind in _BY_IDENTITY}
    phones = (i.key.value for i in person.identities if i.key.kind is IdentityKind.PHONE)
    if any(map(_is_usable, phones)):
        ways.add(Way.PHONE)
    if any(relation.state in _FRIENDS for relation in person.relations):
        ways.add(Way.RELATION)
    for event in history:
        if opened := _OPENED.get(event.kind):
            ways.add(opened)
        elif closed := _CLOSED.get(event.kind):
            ways.discard(closed)
    return frozenset(ways)


def _is_usable(e164: str) -> bool:
    phone = parse_phone(e164)
    return isinstance(phone, Phone) and not phone.is_fake


def objections(evidence: Evidence, rules: FilterRules, words: WordList) -> tuple[Objection, ...]:
    """Return everything that speaks against the lead, the gravest first."""
    found: list[tuple[Reason, str, str]] = []
    if evidence.is_black:
        found.append((Reason.BLACKLISTED, "", ""))
    if evidence.is_red:
        found.append((Reason.RED_LISTED, "", ""))
    for name, text in evidence.texts:
        if hits := words.hits(text):
            found.append((Reason.SENSITIVE_WORDS, name, hits[0].category))
    if not evidence.ways & rules.ways:
        if evidence.invalid_contact:
            field = evidence.invalid_contact.partition("_")[0]  # the code begins with it
            found.append((Reason.INVALID_CONTACT, field, evidence.invalid_contact))
        else:
            found.append((Reason.UNREACHABLE, "", ""))
    judged = {
        reason: Objection(reason, rules.verdict(reason), field, detail)
        for reason, field, detail in reversed(found)  # of several fields the first is named
    }
    known = [o for o in judged.values() if o.verdict is not Verdict.OFF]
    return tuple(sorted(known, key=_gravity))


def _gravity(objection: Objection) -> tuple[int, int]:
    return list(Verdict).index(objection.verdict), list(Reason).index(objection.reason)
