"""Who a set of contact keys belongs to: the decision, without any look-up.

Keys that only the platform hands out prove who somebody is; what anyone can
type never joins two proven persons (product section 4).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.person import Identity, Person, Source
from domain.swift import swift
from domain.values import PLATFORM_KINDS, ContactKey


@swift
@dataclass(frozen=True, slots=True)
class Claim:
    """A key that came in with an update; *verified* when the sender vouches for it."""

    key: ContactKey
    is_verified: bool
    source: Source
    at: datetime


@swift
@dataclass(frozen=True, slots=True)
class Match:
    """What a set of claims means.

    ``person`` is who came in (None: nobody known yet). ``joined`` are others who
    are the same human being; ``doubted`` are others who share nothing with them
    but a key that anyone can type: a human decides.
    """

    person: Person | None
    joined: tuple[Person, ...] = ()
    doubted: tuple[Person, ...] = ()


def platform_claim(key: ContactKey, at: datetime) -> Claim:
    """Return the claim of an id that the platform itself reported."""
    return Claim(key, key.kind in PLATFORM_KINDS, Source.PLATFORM, at)


def match(claims: Iterable[Claim], holders: Mapping[ContactKey, Person]) -> Match:
    """Decide who came in with ``claims``, given who holds which key.

    ``holders`` are whole merge groups. All holders of verified keys are one human
    being. The holder of a key that anyone can type is the same one unless both
    sides are proven; where nobody is, two proven holders are never joined through
    a third. The order of ``claims`` does not matter.
    """
    claims = list(claims)
    same = _holders_of((c for c in claims if c.is_verified), holders)
    known = {person.id for person in same}
    typed = [p for p in _holders_of(claims, holders) if p.id not in known]
    rivals = [person for person in typed if _is_proven(person)]
    same += [person for person in typed if not _is_proven(person)]
    is_proven = any(map(_is_proof, claims)) or any(map(_is_proven, same))
    if not is_proven and rivals and (len(rivals) == 1 or not same):
        same.append(rivals.pop(0))
    if not same:
        return Match(None, doubted=tuple(rivals))
    return Match(same[0], tuple(same[1:]), tuple(rivals))


def _holders_of(claims: Iterable[Claim], holders: Mapping[ContactKey, Person]) -> list[Person]:
    """Return who holds one of the keys, each once, the oldest first."""
    found = {holders[c.key].id: holders[c.key] for c in claims if c.key in holders}
    return sorted(found.values(), key=lambda person: (person.created_at, person.id))


def _is_proof(claim: Claim) -> bool:
    return claim.is_verified and claim.key.kind in PLATFORM_KINDS


def with_claims(person: Person, claims: Iterable[Claim]) -> tuple[Identity, ...]:
    """Return the person's identities with ``claims`` added; a proof upgrades a claim."""
    known = {identity.key: identity for identity in person.identities}
    for claim in claims:
        before = known.get(claim.key)
        if before is None:
            known[claim.key] = Identity(claim.key, claim.is_verified, claim.source, claim.at)
            continue
        is_verified = before.is_verified or claim.is_verified
        source = claim.source if claim.is_verified > before.is_verified else before.source
        known[claim.key] = Identity(claim.key, is_verified, source, min(before.since, claim.at))
    return tuple(known.values())


def _is_proven(person: Person) -> bool:
    return person.has_verified_platform_identity()
