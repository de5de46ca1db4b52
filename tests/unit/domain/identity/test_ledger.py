"""What merges changed is put back exactly, in whatever order they are undone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.identity.duplicates import with_touches
from domain.identity.ledger import image_of, put_back_kept, regrouped, reopened
from domain.lead import Lead, Stage, Status, Touch
from domain.values import LeadId, PersonId
from tests import factories
from tests.factories import NOW

hours = st.integers(0, 40).map(lambda n: NOW + timedelta(hours=n))
touches = st.builds(Touch, st.sampled_from("abcd"), st.just("s"), hours)


@st.composite
def leads(draw: st.DrawFn) -> Lead:
    one, other = sorted([draw(touches), draw(touches)], key=lambda t: (t.at, t.channel, t.state))
    number = draw(st.integers(2, 10**6))
    begun = draw(hours)
    return factories.lead(id=LeadId(number), created_at=begun, first_touch=one, last_touch=other)


@given(leads(), st.lists(leads(), min_size=1, max_size=4), st.randoms(use_true_random=False))
@settings(max_examples=80)
def test_undoing_merges_in_any_order_leaves_what_the_others_would_have_made(
    own: Lead, others: list[Lead], shuffler: object
) -> None:
    kept, befores = own, []
    for other in others:
        befores.append(image_of(kept))
        kept = with_touches(kept, other)
    staying = list(others)
    order = list(others)
    shuffler.shuffle(order)  # type: ignore[attr-defined]
    gone: list[Lead] = []
    for other in order:
        staying.remove(other)
        gone.append(other)
        kept = put_back_kept(kept, list(map(image_of, gone)), list(map(image_of, staying)), befores)
        expected = own
        for left in staying:
            expected = with_touches(expected, left)
        assert image_of(kept) == image_of(expected)


def test_a_touch_of_later_stays() -> None:
    own = factories.lead(first_touch=Touch("a", "", NOW), last_touch=Touch("a", "", NOW))
    other = replace(own, id=LeadId(2), last_touch=Touch("b", "", NOW + timedelta(hours=1)))
    kept = with_touches(own, other)
    later = Touch("c", "", NOW + timedelta(hours=2))
    kept = replace(kept, last_touch=later)
    assert put_back_kept(kept, [image_of(other)], [], [image_of(own)]).last_touch == later


def test_a_closed_lead_is_what_it_was_and_one_moved_since_stays() -> None:
    lead = factories.lead(stage=Stage.FOLLOWING, status=Status.CLEAR, pool="sales")
    closed = replace(lead, stage=Stage.INVALID, status=Status.INVALID, invalid_reason="duplicate")
    assert reopened(closed, image_of(lead), image_of(closed)) == lead
    moved = replace(closed, stage=Stage.SCREENING, status=None, invalid_reason="")
    assert reopened(moved, image_of(lead), image_of(closed)) == moved


@given(
    st.lists(st.tuples(st.integers(1, 8), st.integers(1, 8)), max_size=10),
    st.randoms(use_true_random=False),
)
@settings(max_examples=80)
def test_groups_do_not_depend_on_the_order_of_links_and_links_twice_change_nothing(
    pairs: list[tuple[int, int]], shuffler: object
) -> None:
    people = [
        factories.person(id=PersonId(n), created_at=NOW + timedelta(minutes=(n * 5) % 8))
        for n in range(1, 9)
    ]
    links = [(PersonId(a), PersonId(b)) for a, b in pairs]
    found = regrouped(people, links)
    again = [(b, a) for a, b in links] + links
    shuffler.shuffle(again)  # type: ignore[attr-defined]
    assert regrouped(people, again) == found
    oldest = {p.id: (p.created_at, p.id) for p in people}
    assert all(oldest[root] <= oldest[one] for one, root in found.items())
    assert all(found[a] == found[b] for a, b in links)


@pytest.mark.parametrize("strangers", [[(PersonId(1), PersonId(99))]])
def test_a_link_to_somebody_else_is_passed_over(
    strangers: list[tuple[PersonId, PersonId]],
) -> None:
    assert regrouped([factories.person()], strangers) == {PersonId(1): PersonId(1)}
