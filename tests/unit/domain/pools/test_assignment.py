from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.pools.assignment import Choice, Rep, Ties, Why, choose
from domain.pools.pool import Sticky
from domain.values import Refusal, UserId

A, B, C = (Rep(UserId(name)) for name in ("Ann", "Bob", "Cid"))
NO_TIES = Ties()


def deal(reps: list[Rep], leads: int) -> Counter[str]:
    """Give out leads one after the other; return how many each rep got."""
    dealt: Counter[str] = Counter()
    for _ in range(leads):
        choice = choose(reps, NO_TIES)
        if isinstance(choice, Refusal):
            break
        dealt[choice.userid] += 1
        reps = [replace(r, given_today=r.given_today + (r.userid == choice.userid)) for r in reps]
    return dealt


def test_takes_turns_in_order_of_userid() -> None:
    assert choose([C, B, A], NO_TIES) == Choice(UserId("Ann"), Why.ROUND_ROBIN)
    fed = replace(A, given_today=1)
    assert choose([C, B, fed], NO_TIES) == Choice(UserId("Bob"), Why.ROUND_ROBIN)


def test_gives_by_ratio() -> None:
    reps = [replace(A, ratio=3), replace(B, ratio=1), replace(C, ratio=0)]
    assert deal(reps, 40) == {"Ann": 30, "Bob": 10}


def test_stops_at_ceilings() -> None:
    reps = [replace(A, daily_ceiling=2), replace(B, capacity=5, open_leads=5)]
    assert deal(reps, 10) == {"Ann": 2}


@pytest.mark.parametrize(
    ("ties", "choice"),
    [
        (Ties(friends=(UserId("cid"),)), Choice(UserId("Cid"), Why.FRIEND)),
        (
            Ties(friends=(UserId("gone"), UserId("Bob"))),
            Choice(UserId("Bob"), Why.FRIEND),
        ),
        (Ties(former_owner=UserId("BOB")), Choice(UserId("Bob"), Why.FORMER_OWNER)),
        (
            Ties(friends=(UserId("Cid"),), former_owner=UserId("Bob")),
            Choice(UserId("Cid"), Why.FRIEND),
        ),
        (
            Ties(friends=(UserId("Cid"),), declined=frozenset({UserId("cid")})),
            Choice(UserId("Ann"), Why.ROUND_ROBIN),
        ),
        (Ties(former_owner=UserId("stranger")), Choice(UserId("Ann"), Why.ROUND_ROBIN)),
    ],
)
def test_prefers_who_knows_the_person(ties: Ties, choice: Choice) -> None:
    assert choose([A, B, C], ties) == choice


def test_the_pool_decides_which_ties_count() -> None:
    ties = Ties(friends=(UserId("Cid"),), former_owner=UserId("Bob"))
    assert choose([A, B, C], ties, ()) == Choice(UserId("Ann"), Why.ROUND_ROBIN)
    assert choose([A, B, C], ties, (Sticky.FORMER_OWNER,)) == Choice(
        UserId("Bob"), Why.FORMER_OWNER
    )


@pytest.mark.parametrize(
    ("reps", "ties", "code"),
    [
        ([], NO_TIES, "no_reps"),
        ([replace(A, is_on_duty=False)], NO_TIES, "nobody_on_duty"),
        ([A], Ties(declined=frozenset({UserId("ann")})), "everybody_declined"),
        ([replace(A, daily_ceiling=0)], NO_TIES, "everybody_full"),
        ([replace(A, ratio=0)], NO_TIES, "no_reps"),
    ],
)
def test_says_why_nobody_can_be_chosen(reps: list[Rep], ties: Ties, code: str) -> None:
    assert choose(reps, ties) == Refusal(code)


reps_strategy = st.lists(
    st.builds(
        Rep,
        userid=st.sampled_from([UserId(f"rep{n}") for n in range(8)]),
        ratio=st.sampled_from([0.5, 1.0, 2.0, 3.0]),
        daily_ceiling=st.none() | st.integers(0, 5),
        given_today=st.integers(0, 5),
        is_on_duty=st.booleans(),
    ),
    max_size=8,
    unique_by=lambda rep: rep.userid,
)
ties_strategy = st.builds(
    Ties,
    friends=st.lists(st.sampled_from([UserId(f"REP{n}") for n in range(8)])).map(tuple),
    former_owner=st.none() | st.just(UserId("rep1")),
    declined=st.frozensets(st.sampled_from([UserId(f"rep{n}") for n in range(8)])),
)


@given(reps_strategy, ties_strategy, st.randoms())
def test_never_over_a_ceiling_off_duty_or_declined_in_any_order(
    reps: list[Rep], ties: Ties, rng: Random
) -> None:
    choice = choose(reps, ties)
    shuffled = list(reps)
    rng.shuffle(shuffled)
    assert choose(shuffled, ties) == choice
    if isinstance(choice, Choice):
        chosen = next(rep for rep in reps if rep.userid == choice.userid)
        assert chosen.is_on_duty
        assert not chosen.is_full
        assert chosen.userid not in ties.declined


@given(st.lists(st.integers(1, 5), min_size=1, max_size=5), st.integers(1, 120))
def test_everybody_gets_their_share(ratios: list[int], leads: int) -> None:
    reps = [Rep(UserId(f"rep{n}"), ratio=ratio) for n, ratio in enumerate(ratios)]
    dealt = deal(reps, leads)
    for rep in reps:
        fair = leads * rep.ratio / sum(ratios)
        assert abs(dealt[rep.userid] - fair) < 2
