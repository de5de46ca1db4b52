from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.tracking.record import Act, Tracked, Unreadable, device_key, login_key
from domain.tracking.segment import PAGE, moment, read
from tests.factories import NOW

LOGIN, ANON = login_key("shop", "u1"), device_key("shop", "anon", "a1")


def said(**raw: Any) -> Tracked:
    found = read(raw, "shop", "r", NOW)
    assert isinstance(found, Tracked), found
    return found


def test_a_page_has_its_name_and_address() -> None:
    track = said(
        type="page",
        anonymousId="a1",
        name="三年级数学",
        properties={"url": "/price"},
        context={"page": {"url": "/other", "title": "价格"}, "campaign": {"source": "sem"}},
    )
    assert (track.act, track.event, track.devices, track.campaign) == (
        Act.EVENT,
        PAGE,
        (ANON,),
        "sem",
    )
    assert dict(track.properties) == {"url": "/price", "title": "价格", "name": "三年级数学"}


@pytest.mark.parametrize(
    ("raw", "act", "login", "devices"),
    [
        ({"type": "identify", "userId": "u1", "anonymousId": "a1"}, Act.SET, LOGIN, (ANON,)),
        ({"type": "alias", "userId": "u1", "previousId": "a1"}, Act.BIND, LOGIN, (ANON,)),
        ({"type": "group", "userId": "u1"}, Act.SET, LOGIN, ()),
        ({"type": "track", "anonymousId": "a1", "event": "x"}, Act.EVENT, None, (ANON,)),
        ({"type": "identify", "userId": "null", "anonymousId": "a1"}, Act.SET, None, (ANON,)),
        ({"type": "identify", "userId": "u1", "anonymousId": "undefined"}, Act.SET, LOGIN, ()),
    ],
)
def test_calls_name_people(
    raw: dict[str, Any], act: Act, login: object, devices: tuple[object, ...]
) -> None:
    track = said(**raw)
    assert (track.act, track.login, track.devices) == (act, login, devices)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ({"type": "dance", "userId": "u"}, "unknown_type"),
        ({"type": "track", "event": "x"}, "no_identity"),
        ({"type": "track", "userId": "undefined", "event": "x"}, "no_identity"),
        ({"type": "track", "userId": "u"}, "no_event"),
        ({"type": ["track"]}, "unknown_type"),
    ],
)
def test_what_says_nothing_is_named(raw: dict[str, Any], why: str) -> None:
    assert read(raw, "shop", "r", NOW) == Unreadable(why)


def test_the_moment_of_sending_corrects_the_clock() -> None:
    hour = timedelta(hours=1)
    raw = {
        "type": "track",
        "userId": "u1",
        "event": "x",
        "timestamp": (NOW + hour - timedelta(seconds=9)).isoformat(),
    }
    found = read(raw, "shop", "r", NOW, NOW + hour)
    assert isinstance(found, Tracked)
    assert found.at == NOW - timedelta(seconds=9)


@pytest.mark.parametrize(
    ("raw", "is_one"), [("2026-03-02T10:00:00Z", True), ("soon", False), (5, False)]
)
def test_a_moment_is_read_or_not(raw: object, is_one: bool) -> None:
    assert (moment(raw) is not None) is is_one
