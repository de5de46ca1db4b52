"""Statements about a person: a register, so the order in which they come in does not matter."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identity.facts import SeenByRep, with_facts, with_follower, with_relation
from domain.person import Attribute, Person, Relation, RelationState, Source
from domain.values import UserId
from tests import factories
from tests.factories import NOW

LI_LEI = UserId("LiLei")
HOUR = timedelta(hours=1)
FRIEND, HALF = RelationState.FRIEND, RelationState.HALF
DELETED = RelationState.DELETED_BY_CUSTOMER

moments = st.integers(0, 3).map(lambda hours: NOW + hours * HOUR)
attributes = st.builds(
    Attribute,
    value=st.sampled_from(["上海", "北京"]),
    source=st.sampled_from(Source),
    set_at=moments,
    confidence=st.sampled_from([0.5, 1.0]),
    evidence=st.sampled_from(["", "我在上海"]),
)
statements = st.lists(st.tuples(st.sampled_from(["city", "name"]), attributes), max_size=6)
reports = st.lists(
    st.tuples(
        st.sampled_from([LI_LEI, UserId("lilei"), UserId("HanMeimei")]),
        st.sampled_from(RelationState),
        moments,
    ),
    max_size=6,
)


def told(*facts: Attribute) -> Attribute:
    """Return which of the facts stands after they came in, one by one."""
    person = factories.person()
    for fact in facts:
        person = with_facts(person, {"city": fact})
    return person.attributes["city"]


@pytest.mark.parametrize(
    ("stands", "falls"),
    [
        ({"source": Source.HUMAN}, {"source": Source.PLATFORM, "set_at": NOW + HOUR}),
        ({"source": Source.PLATFORM}, {"source": Source.IMPORT, "set_at": NOW + HOUR}),
        ({"source": Source.IMPORT}, {"source": Source.TEXT, "set_at": NOW + HOUR}),
        ({"source": Source.TEXT, "set_at": NOW + HOUR}, {"source": Source.TEXT}),
        ({"source": Source.HUMAN, "set_at": NOW + HOUR}, {"source": Source.HUMAN}),
    ],
)
def test_the_better_source_stands_then_the_later_event(
    stands: dict[str, object], falls: dict[str, object]
) -> None:
    winner = factories.attribute("上海", **stands)
    loser = factories.attribute("北京", **falls)
    assert {told(*order) for order in permutations([winner, loser])} == {winner}


def test_what_a_person_entered_is_not_overwritten_by_a_machine() -> None:
    entered = factories.attribute("上海", source=Source.HUMAN)
    machines = [
        factories.attribute("北京", source=source, set_at=NOW + HOUR)
        for source in Source
        if source is not Source.HUMAN
    ]
    assert told(entered, *machines) == entered


def test_a_name_that_stands_is_what_the_person_is_called() -> None:
    person = with_facts(factories.person(name=""), {"name": factories.attribute("张三")})
    assert person.name == "张三"


def test_nothing_new_gives_the_very_same_person() -> None:
    person = with_facts(factories.person(), {"city": factories.attribute("上海")})
    assert with_facts(person, {"city": factories.attribute("上海")}) is person


@given(statements, st.randoms(use_true_random=False))
def test_statements_commute(found: list[tuple[str, Attribute]], random: object) -> None:
    def after(order: list[tuple[str, Attribute]]) -> Person:
        person = factories.person()
        for name, attribute in order:
            person = with_facts(person, {name: attribute})
        return person

    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert after(shuffled) == after(found) == after(found + shuffled)


# ------------------------------------------------------------------ relations


def relation_after(*reports: tuple[RelationState, int]) -> Relation:
    """Return the relation to 李雷 after reports of (state, hours after NOW)."""
    person = factories.person()
    for state, hours in reports:
        person = with_relation(person, LI_LEI, state, NOW + hours * HOUR)
    return person.relations[0]


@pytest.mark.parametrize(
    ("reports", "state", "changed", "since"),
    [
        ([(HALF, 0), (FRIEND, 0)], FRIEND, 0, 0),
        ([(FRIEND, 0), (DELETED, 2)], DELETED, 2, 0),
        ([(DELETED, 1), (FRIEND, 2)], FRIEND, 2, 1),
        ([(FRIEND, 0), (DELETED, 0)], DELETED, 0, 0),
    ],
)
def test_the_latest_report_of_a_relation_stands(
    reports: list[tuple[RelationState, int]], state: RelationState, changed: int, since: int
) -> None:
    for order in permutations(reports):
        relation = relation_after(*order)
        assert relation.state is state
        assert relation.changed_at == NOW + changed * HOUR
        assert relation.since == NOW + since * HOUR


@given(reports, st.randoms(use_true_random=False))
def test_reports_of_relations_commute(
    found: list[tuple[UserId, RelationState, object]], random: object
) -> None:
    def after(order: list[tuple[UserId, RelationState, object]]) -> dict[str, Relation]:
        person = factories.person()
        for userid, state, at in order:
            person = with_relation(person, userid, state, at)  # type: ignore[arg-type]
        by_folded = {r.userid.casefold(): r for r in person.relations}
        assert len(by_folded) == len(person.relations), "one relation per rep, case ignored"
        return {
            userid: Relation(UserId(userid), r.state, r.since, r.changed_at)
            for userid, r in by_folded.items()
        }

    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert after(shuffled) == after(found)


def test_the_list_of_followers_makes_a_friend_of_a_rep_we_did_not_know_of() -> None:
    person = with_follower(factories.person(), SeenByRep(LI_LEI, NOW, "展会 张三"))
    assert person.relations == (Relation(LI_LEI, FRIEND, NOW, NOW, "展会 张三"),)


def test_an_edited_remark_replaces_the_one_before() -> None:
    person = with_relation(factories.person(), LI_LEI, FRIEND, NOW)
    for remark in ("张三", "张三 三年级"):
        person = with_follower(person, SeenByRep(UserId("lilei"), NOW, remark))
    assert [r.remark for r in person.relations] == ["张三 三年级"]


@pytest.mark.parametrize("state", [HALF, DELETED])
def test_the_list_of_followers_does_not_undo_what_an_event_said(state: RelationState) -> None:
    person = with_relation(factories.person(), LI_LEI, state, NOW)
    assert with_follower(person, SeenByRep(LI_LEI, NOW)).relations[0].state is state


def test_a_follower_of_later_has_added_the_customer_again() -> None:
    person = with_relation(factories.person(), LI_LEI, DELETED, NOW)
    again = with_follower(person, SeenByRep(LI_LEI, NOW + HOUR)).relations[0]
    assert (again.state, again.changed_at, again.since) == (FRIEND, NOW + HOUR, NOW)
