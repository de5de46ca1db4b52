"""A person: identities, attributes, relations to reps, learners, company."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from domain.swift import swift
from domain.values import PLATFORM_KINDS, ContactKey, PersonId, UserId


class Source(StrEnum):
    """Who says so. A value that a person entered is never overwritten by a machine."""

    HUMAN = "human"
    PLATFORM = "platform"
    IMPORT = "import"
    API = "api"
    TEXT = "text"
    #: A tracker in a page or app: anyone can make it say anything.
    TRACKER = "tracker"


class InformationLevel(StrEnum):
    """How much is known (product section 2): shown, and used in routing."""

    MARKED = "marked"
    FEATURED = "featured"
    PORTRAYED = "portrayed"


@swift
@dataclass(frozen=True, slots=True)
class Attribute:
    """One known fact about a person and where it comes from.

    ``set_at`` is *event* time: of two facts from the same kind of source the
    later event wins, whatever order they are processed in. ``evidence`` is the
    sentence (or column) it was read from; ``confidence`` runs from 0 to 1.
    """

    value: str
    source: Source
    set_at: datetime
    confidence: float = 1.0
    evidence: str = ""


@swift
@dataclass(frozen=True, slots=True)
class Identity:
    """A key that leads to the person; *verified* when the platform or a signed API vouches."""

    key: ContactKey
    is_verified: bool
    source: Source
    since: datetime


class RelationState(StrEnum):
    """How rep and customer stand in WeCom."""

    FRIEND = "friend"
    #: The customer added the rep, the rep has not added back.
    HALF = "half"
    DELETED_BY_REP = "deleted_by_rep"
    DELETED_BY_CUSTOMER = "deleted_by_customer"
    TRANSFERRED = "transferred"


@swift
@dataclass(frozen=True, slots=True)
class Relation:
    """Rep and person in WeCom; ``changed_at`` is the event time of ``state``.

    ``tag_ids`` are the corp tags that the rep put on the customer, in order of id.
    """

    userid: UserId
    state: RelationState
    since: datetime
    changed_at: datetime
    remark: str = ""
    tag_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Learner:
    """Who the course is for: two children may stand under one phone."""

    name: str
    grade: str = ""
    age: int | None = None
    subject: str = ""


EMPTY: Mapping[str, Attribute] = MappingProxyType({})


@swift
@dataclass(frozen=True, slots=True)
class Person:
    """One human being (or company contact), however many accounts.

    ``root_id`` is the person that this one was merged into, itself when it was
    not; ``version`` counts saves. ``attributes`` maps a field name of
    ``chat-conventions`` (name, company, city, subject, …) to the fact.
    """

    id: PersonId
    root_id: PersonId
    created_at: datetime
    name: str = ""
    attributes: Mapping[str, Attribute] = field(default_factory=lambda: EMPTY)
    identities: tuple[Identity, ...] = ()
    relations: tuple[Relation, ...] = ()
    learners: tuple[Learner, ...] = ()
    company_id: int | None = None
    opted_out_at: datetime | None = None
    version: int = 0

    def key_of(self, kind: str) -> ContactKey | None:
        """Return the first identity of ``kind``, verified ones first, or None."""
        found = [i for i in self.identities if i.key.kind == kind]
        found.sort(key=lambda i: (not i.is_verified, i.since))
        return found[0].key if found else None

    def has_verified_platform_identity(self) -> bool:
        """Tell whether the platform itself vouches for one of the accounts."""
        return any(i.is_verified and i.key.kind in PLATFORM_KINDS for i in self.identities)
