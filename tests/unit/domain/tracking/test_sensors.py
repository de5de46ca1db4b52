"""What 神策's SDKs really sent, recorded, and what it means."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.tracking.record import Act, Tracked, Unreadable, device_key, is_login, login_key
from domain.tracking.sensors import read
from domain.values import ContactKey, IdentityKind
from tests.factories import NOW

ANON, LOGIN = device_key("shop", "anon", "ext_u001"), login_key("shop", "u-8812")
FIELDS = ("time", "distinct_id", "original_id", "properties", "identities", "event")
NOW_MS = int(NOW.timestamp() * 1000)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)


def said(**raw: Any) -> Tracked:
    found = read({"time": NOW_MS, **raw}, "shop", "r", NOW)
    assert isinstance(found, Tracked), found
    return found


def test_an_anonymous_visit_is_an_event_of_a_device() -> None:
    track = said(
        type="track",
        distinct_id="ext_u001",
        event="ViewPricePage",
        properties={"$lib": "python", "price": 2980, "trial": False, "tags": ["试听", "价格敏感"]},
    )
    assert (track.act, track.event, track.login) == (Act.EVENT, "ViewPricePage", None)
    assert track.devices == (ANON,)
    assert track.properties == {"price": 2980.0, "trial": False, "tags": "试听、价格敏感"}
    assert track.at == NOW


def test_a_sign_up_binds_device_and_login() -> None:
    track = said(type="track_signup", distinct_id="u-8812", original_id="ext_u001", event="$SignUp")
    assert (track.act, track.login, track.devices) == (Act.BIND, LOGIN, (ANON,))


def test_a_login_id_is_told_by_a_flag() -> None:
    track = said(type="profile_set", distinct_id="u-8812", properties={"$is_login_id": True})
    assert (track.act, track.login, track.devices, dict(track.properties)) == (
        Act.SET,
        LOGIN,
        (),
        {},
    )


def test_bound_identities_keep_their_kind() -> None:
    track = said(
        type="track_id_bind",
        distinct_id="u-8812",
        event="$BindID",
        identities={
            "$identity_login_id": "u-8812",
            "$identity_mobile": "13926417835",
            "$identity_email": "A@example.com",
            "$identity_mp_unionid": "oUnion",
            "$identity_cookie_id": "c1",
        },
    )
    assert track.login == LOGIN
    assert track.contacts == (
        ContactKey(IdentityKind.PHONE, "+8613926417835"),
        ContactKey(IdentityKind.EMAIL, "a@example.com"),
        ContactKey(IdentityKind.UNIONID, "oUnion"),
    )
    assert track.devices == (device_key("shop", "cookie_id", "c1"),)


def test_a_distinct_id_that_repeats_an_identity_is_no_device() -> None:
    track = said(
        type="track",
        event="x",
        distinct_id="$identity_cookie_id+c1",
        identities={"$identity_cookie_id": "c1"},
    )
    assert track.devices == (device_key("shop", "cookie_id", "c1"),)


def test_a_word_may_be_the_other_kind_of_id() -> None:
    visit = said(type="track", event="x", distinct_id="u-8812")
    assert (visit.devices, visit.alias) == ((device_key("shop", "anon", "u-8812"),), LOGIN)
    sign_up = said(type="track_signup", distinct_id="u-8812", original_id="ext_u001")
    assert (sign_up.devices, sign_up.alias) == ((ANON,), device_key("shop", "anon", "u-8812"))
    bound = said(
        type="track",
        event="x",
        distinct_id="z+c",
        identities={"$identity_cookie_id": "c1", "z": "c"},
    )
    assert bound.alias is None


def test_a_phone_that_is_none_leads_nowhere() -> None:
    track = said(
        type="track_id_bind",
        distinct_id="u-8812",
        event="$BindID",
        identities={"$identity_login_id": "u-8812", "$identity_mobile": "13800"},
    )
    assert (track.contacts, track.devices) == ((), ())


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ({"type": "tracks", "distinct_id": "a"}, "unknown_type"),
        ({}, "unknown_type"),
        ({"type": "track", "event": "x"}, "no_identity"),
        ({"type": "track", "distinct_id": "a"}, "no_event"),
        ({"type": "profile_set", "distinct_id": " "}, "no_identity"),
        ({"type": "track_signup", "distinct_id": "null", "event": "x"}, "no_identity"),
        (
            {
                "type": "track",
                "distinct_id": "0",
                "event": "x",
                "identities": {"$identity_login_id": "undefined"},
            },
            "no_identity",
        ),
    ],
)
def test_what_says_nothing_is_named(raw: dict[str, Any], why: str) -> None:
    assert read(raw, "shop", "r", NOW) == Unreadable(why)


@pytest.mark.parametrize(
    ("stated", "sent", "at"),
    [
        (NOW_MS - 5_000, None, NOW - timedelta(seconds=5)),
        # A clock an hour ahead, told by the moment of sending.
        (NOW_MS + 3_595_000, NOW_MS + 3_600_000, NOW - timedelta(seconds=5)),
        (NOW_MS + 3_600_000, None, NOW),
        (NOW_MS // 1000 - 60, None, NOW - timedelta(minutes=1)),
        (0, None, NOW),
        ("yesterday", None, NOW),
        (10**30, None, NOW),
        (float("nan"), None, NOW),
    ],
)
def test_the_clock_of_a_phone_is_corrected(stated: Any, sent: Any, at: datetime) -> None:
    raw = {"type": "track", "event": "x", "distinct_id": "a", "time": stated, "_flush_time": sent}
    found = read(raw, "shop", "r", NOW)
    assert isinstance(found, Tracked)
    assert found.at == at


def test_a_system_s_devices_are_no_logins() -> None:
    assert is_login(LOGIN, "shop")
    assert not is_login(ANON, "shop")
    assert not is_login(LOGIN, "sho")
    assert len(login_key("shop", "x" * 300).value) < 160


@settings(max_examples=150)
@given(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["track", "track_signup", "track_id_bind", "profile_set"])},
        optional=dict.fromkeys(
            ("time", "distinct_id", "original_id", "properties", "identities", "event"), JSON
        ),
    )
)
def test_no_record_breaks_the_reader(raw: dict[str, Any]) -> None:
    found = read(raw, "shop", "r", NOW)
    if isinstance(found, Tracked):
        assert found.at.astimezone(UTC) <= NOW
        json.dumps(dict(found.properties))
