from __future__ import annotations

import pytest

from config.load import load_catalog
from config.texts import load_texts
from domain.errors import RuleError
from domain.events.event import PropertyValue
from domain.tracking.rules import TrackedKind, TrackerRules, hide
from domain.values import ContactKey, IdentityKind

CATALOG = load_catalog(load_texts())
RULES = CATALOG.trackers


@pytest.mark.parametrize(
    ("name", "told", "kind", "named"),
    [
        ("$pageview", {"$url": "/a"}, "view_page", {"page": "/a"}),
        ("查看价格", {"product": "数学"}, "view_price", {"product": "数学"}),
        ("view_price", {}, "view_price", {}),
        ("NobodyKnows", {"x": 1.0}, "NobodyKnows", {"x": 1.0}),
    ],
)
def test_events_get_our_names(
    name: str, told: dict[str, PropertyValue], kind: str, named: dict[str, PropertyValue]
) -> None:
    found, properties = RULES.event(name, told, CATALOG.events)
    assert found == kind
    assert named.items() <= properties.items()


def test_what_identifies_a_person_is_no_property() -> None:
    told: dict[str, PropertyValue] = {
        "Phone": "13926417835",
        "note": "139 2641 7835",
        "contact": "a@example.com",
        "order": "20260302000123456",
        "price": 2980.0,
    }
    _, properties = RULES.event("x", told, CATALOG.events)
    assert properties == {
        "note": "139****7835",
        "contact": "***",
        "order": "20260302000123456",
        "price": 2980.0,
    }


def test_a_profile_is_identities_and_attributes() -> None:
    profile = RULES.profile(
        {"mobile": 13926417835.0, "EMAIL": "A@b.cn", "phone": "12", "$city": "杭州", "vip": True}
    )
    assert profile.contacts == (
        ContactKey(IdentityKind.PHONE, "+8613926417835"),
        ContactKey(IdentityKind.EMAIL, "a@b.cn"),
    )
    assert profile.attributes == {"city": "杭州", "vip": True}


def test_a_word_for_having_nothing_is_nobodys_contact() -> None:
    told: dict[str, PropertyValue] = {"wechat": "无", "unionid": "null", "email": "-"}
    assert RULES.profile(told).contacts == ()
    assert RULES.profile({"wechat": "Li_Lei"}).contacts == (
        ContactKey(IdentityKind.WECHAT, "li_lei"),
    )


def test_an_event_has_one_meaning() -> None:
    with pytest.raises(RuleError):
        TrackerRules.of([TrackedKind(("x",), "a"), TrackedKind(("x",), "b")], {}, {})


def test_flags_and_numbers_are_not_hidden() -> None:
    for value in (True, 13926417835.0):
        assert hide(value) == value
