"""The filter decides from evidence and rules alone, the same each time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.load import load_catalog
from config.texts import load_texts
from domain.events.event import Event
from domain.person import Identity, Person, Relation, RelationState, Source
from domain.screening.entries import LineFault, read_people, read_words
from domain.screening.rules import BLOCKING, Evidence, Reason, Verdict, Way, objections, ways_to
from domain.screening.words import Word, WordList
from domain.values import ContactKey, IdentityKind, PersonId, UserId
from tests.factories import NOW

TEXTS = load_texts()
RULES = load_catalog(TEXTS).filters
WORDS = WordList([Word("傻瓜", "辱骂")])

_EVIDENCE = st.builds(
    Evidence,
    is_black=st.booleans(),
    is_red=st.booleans(),
    texts=st.lists(
        st.tuples(st.sampled_from(RULES.fields), st.sampled_from(["傻*瓜", "张三"])), max_size=3
    ).map(tuple),
    ways=st.frozensets(st.sampled_from(Way)),
    invalid_contact=st.sampled_from(["", "phone_fake"]),
)


@given(_EVIDENCE)
@settings(max_examples=200)
def test_decisions_repeat_name_each_reason_once_and_put_the_gravest_first(
    evidence: Evidence,
) -> None:
    found = objections(evidence, RULES, WORDS)
    assert found == objections(evidence, RULES, WORDS)
    assert len({o.reason for o in found}) == len(found)
    order = [list(Verdict).index(o.verdict) for o in found]
    assert order == sorted(order)
    assert {o.reason for o in found if o.is_blocking} == {
        o.reason for o in found if o.verdict in BLOCKING
    }
    assert (Reason.BLACKLISTED in {o.reason for o in found}) == evidence.is_black
    is_reachable = bool(evidence.ways & RULES.ways)
    nowhere = {Reason.UNREACHABLE, Reason.INVALID_CONTACT}
    assert bool(nowhere & {o.reason for o in found}) != is_reachable


def test_every_reason_and_verdict_has_its_words() -> None:
    assert all(f"objection.{reason}" in TEXTS for reason in Reason)
    shown = [verdict for verdict in Verdict if verdict is not Verdict.OFF]
    assert all(f"objection.verdict.{verdict}" in TEXTS for verdict in shown)


def person(*keys: ContactKey, relation: RelationState | None = None) -> Person:
    identities = tuple(Identity(k, is_verified=True, source=Source.HUMAN, since=NOW) for k in keys)
    relations = (Relation(UserId("LiLei"), relation, NOW, NOW),) if relation else ()
    one = PersonId(1)
    return Person(one, one, NOW, identities=identities, relations=relations)


def happened(*kinds: str) -> list[Event]:
    return [
        Event(PersonId(1), kind, NOW + timedelta(seconds=n), NOW, f"{n}")
        for n, kind in enumerate(kinds)
    ]


PHONE = ContactKey(IdentityKind.PHONE, "+8613900001234")
FAKE = ContactKey(IdentityKind.PHONE, "+8613800138000")


@pytest.mark.parametrize(
    ("who", "kinds", "ways"),
    [
        (person(PHONE), [], {Way.PHONE}),
        (person(FAKE), [], set()),
        (person(relation=RelationState.HALF), [], {Way.RELATION}),
        (person(relation=RelationState.DELETED_BY_CUSTOMER), [], set()),
        (person(), ["mp_followed"], {Way.OFFICIAL_ACCOUNT}),
        (person(), ["mp_followed", "mp_unfollowed"], set()),
        (person(), ["mp_followed", "mp_unfollowed", "mp_followed"], {Way.OFFICIAL_ACCOUNT}),
        (person(), ["group_joined", "kf_message"], {Way.GROUP, Way.CUSTOMER_SERVICE}),
        (person(), ["group_joined", "group_left"], set()),
    ],
)
def test_ways_follow_from_identities_relations_and_events(
    who: Person, kinds: list[str], ways: set[Way]
) -> None:
    assert ways_to(who, happened(*kinds)) == ways


def test_lines_of_people_become_keys_or_named_faults() -> None:
    lines = ("\ufeff# 黑名单", "139 0000 1234  # 同行", "LiSi_2026", "boss@peer.cn", "")
    text = "\n".join((*lines, "unionid=oX1", "?", "qq=1", "12"))
    parsed = read_people(text)
    assert [key.kind for key in parsed.people] == ["phone", "wechat", "email", "unionid"]
    assert parsed.people[0] == PHONE
    assert [(fault.line, fault.code) for fault in parsed.faults] == [
        (7, "entry_not_a_contact"),
        (8, "entry_unknown_kind"),
        (9, "entry_not_a_contact"),
    ]


def test_people_are_listed_in_the_form_in_which_they_are_kept() -> None:
    parsed = read_people("wechat=ＬｉＳｉ＿2026\nLiSi_2026\nwechat=139 0013-9000\nwechat=小雨")
    assert parsed.people == (
        ContactKey(IdentityKind.WECHAT, "lisi_2026"),
        ContactKey(IdentityKind.WECHAT, "13900139000"),
    )
    assert parsed.faults == (LineFault(4, "wechat_invalid"),)


def test_lines_of_words_carry_category_and_exception() -> None:
    parsed = read_words("六合彩\t涉赌\n!六合彩票站\n六合彩\t涉赌\n***\n" + "长" * 65)
    assert parsed.words == (Word("六合彩", "涉赌"), Word("六合彩票站", is_allowed=True))
    assert [(f.line, f.code) for f in parsed.faults] == [
        (4, "entry_not_a_word"),
        (5, "entry_too_long"),
    ]
