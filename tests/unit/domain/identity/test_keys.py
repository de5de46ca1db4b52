"""Who a set of claims belongs to: proofs join, what anyone can type never joins two proven."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from domain.identity.keys import Claim, Match, match, platform_claim, with_claims
from domain.person import Identity, Person, Source
from domain.values import PLATFORM_KINDS, ContactKey, IdentityKind, PersonId
from tests import factories
from tests.factories import NOW

WECOM = ContactKey(IdentityKind.EXTERNAL_USERID, "wm1")
OPENID = ContactKey(IdentityKind.OPENID, "gh:o1")
UNIONID = ContactKey(IdentityKind.UNIONID, "un1")
PHONE = ContactKey(IdentityKind.PHONE, "+8613900000001")
EMAIL = ContactKey(IdentityKind.EMAIL, "a@example.com")
UID = ContactKey(IdentityKind.UID, "crm:1")
HOUR = timedelta(hours=1)


def person(number: int, *keys: ContactKey, hours: int = 0) -> Person:
    """Return a person who holds ``keys``, those of the platform verified."""
    identities = tuple(
        Identity(key, key.kind in PLATFORM_KINDS, Source.PLATFORM, NOW) for key in keys
    )
    created_at = NOW + hours * HOUR
    return factories.person(id=PersonId(number), identities=identities, created_at=created_at)


def identity(key: ContactKey, source: Source, *, is_verified: bool, hours: int = 0) -> Identity:
    return Identity(key, is_verified, source, NOW + hours * HOUR)


def claim(key: ContactKey, **changes: Any) -> Claim:
    fields: dict[str, Any] = {
        "is_verified": key.kind in PLATFORM_KINDS,
        "source": Source.TEXT,
        "at": NOW,
    }
    return Claim(key, **(fields | changes))


def holding(*people: Person) -> dict[ContactKey, Person]:
    return {identity.key: one for one in people for identity in one.identities}


CUSTOMER, FOLLOWER = person(1, WECOM), person(2, OPENID)
PROVEN_PHONE, PROVEN_EMAIL = person(3, UNIONID, PHONE), person(4, OPENID, EMAIL)
LISTED_PHONE, LISTED_EMAIL = person(5, PHONE), person(6, EMAIL)


@pytest.mark.parametrize(
    ("keys", "people", "expected"),
    [
        pytest.param([WECOM], [], Match(None), id="nobody known"),
        pytest.param([WECOM], [CUSTOMER], Match(CUSTOMER), id="known by a proof"),
        pytest.param([PHONE], [LISTED_PHONE], Match(LISTED_PHONE), id="known by a phone"),
        pytest.param([PHONE], [PROVEN_PHONE], Match(PROVEN_PHONE), id="phone of a proven one"),
        pytest.param(
            [WECOM, OPENID],
            [CUSTOMER, FOLLOWER],
            Match(CUSTOMER, (FOLLOWER,)),
            id="two proofs join",
        ),
        pytest.param(
            [WECOM, PHONE],
            [CUSTOMER, LISTED_PHONE],
            Match(CUSTOMER, (LISTED_PHONE,)),
            id="a phone joins a proven and a listed one",
        ),
        pytest.param(
            [WECOM, PHONE],
            [CUSTOMER, PROVEN_PHONE],
            Match(CUSTOMER, (), (PROVEN_PHONE,)),
            id="a phone does not join two proven ones",
        ),
        pytest.param(
            [WECOM, PHONE],
            [PROVEN_PHONE],
            Match(None, (), (PROVEN_PHONE,)),
            id="a new proven one does not become the holder of the phone",
        ),
        pytest.param(
            [WECOM, PHONE],
            [LISTED_PHONE],
            Match(LISTED_PHONE),
            id="a new proven one is the listed one of that phone",
        ),
        pytest.param(
            [PHONE, EMAIL],
            [LISTED_PHONE, LISTED_EMAIL],
            Match(LISTED_PHONE, (LISTED_EMAIL,)),
            id="nobody proven: equal is equal",
        ),
        pytest.param(
            [PHONE, EMAIL],
            [PROVEN_PHONE, LISTED_EMAIL],
            Match(LISTED_EMAIL, (PROVEN_PHONE,)),
            id="one proven and one listed",
        ),
        pytest.param(
            [PHONE, EMAIL],
            [PROVEN_PHONE, PROVEN_EMAIL],
            Match(PROVEN_PHONE, (), (PROVEN_EMAIL,)),
            id="typed keys of two proven ones",
        ),
        pytest.param(
            [UID, PHONE, EMAIL],
            [person(7, UID), PROVEN_PHONE, PROVEN_EMAIL],
            Match(person(7, UID), (), (PROVEN_PHONE, PROVEN_EMAIL)),
            id="two proven ones are not joined through a third",
        ),
        pytest.param(
            [UNIONID, PHONE],
            [PROVEN_PHONE],
            Match(PROVEN_PHONE),
            id="one holder of several keys is one",
        ),
    ],
)
def test_claims_mean_the_same_in_any_order(
    keys: list[ContactKey], people: list[Person], expected: Match
) -> None:
    for order in permutations(keys):
        assert match([claim(key) for key in order], holding(*people)) == expected


def test_a_vouched_phone_joins_two_proven_ones() -> None:
    claims = [claim(WECOM), claim(PHONE, is_verified=True)]
    assert match(claims, holding(CUSTOMER, PROVEN_PHONE)) == Match(CUSTOMER, (PROVEN_PHONE,))


def test_the_id_of_another_system_proves_no_wechat_account() -> None:
    listed = factories.person(
        id=PersonId(8), identities=(identity(UID, Source.IMPORT, is_verified=True),)
    )
    claims = [claim(UID, is_verified=True), claim(PHONE)]
    assert match(claims, holding(listed, PROVEN_PHONE)) == Match(listed, (PROVEN_PHONE,))


def test_the_oldest_comes_first_whoever_is_named_first() -> None:
    young, old = person(1, WECOM, hours=2), person(2, OPENID, hours=1)
    assert match([claim(WECOM), claim(OPENID)], holding(young, old)) == Match(old, (young,))


@pytest.mark.parametrize("kind", IdentityKind)
def test_the_platform_vouches_for_its_own_ids_only(kind: IdentityKind) -> None:
    made = platform_claim(ContactKey(kind, "x"), NOW)
    assert made.is_verified is (kind in PLATFORM_KINDS)
    assert made.source is Source.PLATFORM


def test_a_proof_upgrades_a_claim_and_keeps_the_first_moment() -> None:
    known = factories.person(identities=(identity(PHONE, Source.TEXT, is_verified=False),))
    later = claim(PHONE, is_verified=True, source=Source.API, at=NOW + HOUR)
    assert with_claims(known, [later]) == (identity(PHONE, Source.API, is_verified=True),)


def test_a_claim_does_not_weaken_a_proof() -> None:
    known = factories.person(identities=(identity(PHONE, Source.API, is_verified=True),))
    earlier = claim(PHONE, at=NOW - HOUR)
    assert with_claims(known, [earlier]) == (
        identity(PHONE, Source.API, is_verified=True, hours=-1),
    )


def test_identities_of_claims_do_not_depend_on_their_order() -> None:
    nobody = factories.person(identities=())
    claims = [claim(PHONE), claim(PHONE, is_verified=True, source=Source.API, at=NOW - HOUR)]
    found = {with_claims(nobody, order) for order in permutations(claims)}
    assert found == {(identity(PHONE, Source.API, is_verified=True, hours=-1),)}
