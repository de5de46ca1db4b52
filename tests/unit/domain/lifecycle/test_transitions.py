from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import RuleError
from domain.lead import Lead, Stage, Status
from domain.lifecycle.transitions import SYSTEM, Actor, Decided, Lifecycle, Transition
from domain.outcomes import CycleOpened, StageChanged, StatusChanged
from domain.values import Refusal, Role, UserId
from tests.factories import lead

ALL = frozenset(Stage)
BY_SYSTEM = frozenset({Role.SYSTEM})
BY_REP = frozenset({Role.REP})
BY_MANAGER = frozenset({Role.MANAGER})

#: Every stage one can be reached by the system; two moves are worth a closer look.
JUMPS = [
    Transition(f"to_{stage.value}", stage.value, ALL - {stage}, stage, by=BY_SYSTEM)
    for stage in Stage
    if stage not in {Stage.INVALID, Stage.GENERATED}
]
CLEAR = Transition(
    "mark_clear",
    "明确意向",
    frozenset({Stage.FOLLOWING}),
    status=Status.CLEAR,
    by=BY_MANAGER,
    by_owner=BY_REP,
)
WIN = Transition(
    "win",
    "成交",
    frozenset({Stage.FOLLOWING}),
    Stage.FIRST_SALE,
    statuses=frozenset({Status.CLEAR}),
    status=Status.WON,
    by_owner=BY_REP,
)
INVALIDATE = Transition(
    "invalidate",
    "无效",
    ALL - {Stage.INVALID},
    Stage.INVALID,
    status=Status.INVALID,
    by=BY_MANAGER,
    by_owner=BY_REP,
    reasons=("wrong_number", "peer"),
)
REPURCHASE = Transition(
    "repurchase", "复购", frozenset({Stage.SERVICE}), by=BY_SYSTEM, opens_cycle=True
)
TABLE = Lifecycle.of([*JUMPS, CLEAR, WIN, INVALIDATE, REPURCHASE], frozenset({Stage.SERVICE}))

REP = Actor(BY_REP, UserId("LiLei"))
OTHER = Actor(BY_REP, UserId("HanMei"))
MANAGER = Actor(BY_MANAGER, UserId("Boss"))
FOLLOWED = lead(stage=Stage.FOLLOWING, status=Status.TO_FOLLOW, owner=UserId("lilei"))


def decided(result: Decided | Refusal) -> Decided:
    assert isinstance(result, Decided), result
    return result


def test_the_owner_moves_the_status_and_the_stage_stays() -> None:
    done = decided(TABLE.decide(FOLLOWED, "mark_clear", REP))
    assert done.lead == replace(FOLLOWED, status=Status.CLEAR)
    assert done.outcomes == (
        StatusChanged(FOLLOWED.id, Status.TO_FOLLOW, Status.CLEAR, "mark_clear", "LiLei"),
    )


def test_a_stage_change_sets_its_status_and_clears_what_it_does_not_name() -> None:
    clear = replace(FOLLOWED, status=Status.CLEAR)
    won = decided(TABLE.decide(clear, "win", REP))
    assert (won.lead.stage, won.lead.status) == (Stage.FIRST_SALE, Status.WON)
    assert [type(o) for o in won.outcomes] == [StageChanged, StatusChanged]
    released = decided(TABLE.decide(clear, "to_department_pool", SYSTEM))
    assert (released.lead.stage, released.lead.status) == (Stage.DEPARTMENT_POOL, None)


def test_invalid_keeps_its_reason_until_the_lead_is_restored() -> None:
    gone = decided(TABLE.decide(FOLLOWED, "invalidate", REP, "wrong_number")).lead
    assert (gone.stage, gone.status, gone.invalid_reason) == (
        Stage.INVALID,
        Status.INVALID,
        "wrong_number",
    )
    back = decided(TABLE.decide(gone, "to_screening", SYSTEM)).lead
    assert (back.stage, back.status, back.invalid_reason) == (Stage.SCREENING, None, "")


@pytest.mark.parametrize(
    ("name", "actor", "reason", "code"),
    [
        ("fly", REP, "", "unknown_transition"),
        ("mark_clear", OTHER, "", "not_owner"),
        ("mark_clear", SYSTEM, "", "role_not_allowed"),
        ("win", REP, "", "not_from_here"),
        ("win", MANAGER, "", "role_not_allowed"),
        ("to_following", SYSTEM, "", "already_there"),
        ("invalidate", REP, "", "reason_needed"),
        ("invalidate", REP, "boring", "unknown_reason"),
        ("repurchase", SYSTEM, "", "not_from_here"),
    ],
)
def test_refuses_what_the_table_does_not_allow(
    name: str, actor: Actor, reason: str, code: str
) -> None:
    result = TABLE.decide(FOLLOWED, name, actor, reason)
    assert isinstance(result, Refusal)
    assert result.code == code


def test_a_repeated_click_changes_nothing_and_says_so() -> None:
    once = decided(TABLE.decide(FOLLOWED, "mark_clear", REP)).lead
    assert TABLE.decide(once, "mark_clear", REP) == Refusal("already_there", "mark_clear")


def test_repurchase_opens_a_new_cycle_and_leaves_the_served_lead_alone() -> None:
    served = lead(stage=Stage.SERVICE, status=Status.WON, cycle=2)
    done = decided(TABLE.decide(served, "repurchase", SYSTEM))
    assert done.lead == served
    assert done.outcomes == (CycleOpened(served.id, 3),)


def test_lists_what_somebody_may_do_now() -> None:
    assert [t.name for t in TABLE.open_to(FOLLOWED, REP)] == ["mark_clear", "invalidate"]
    assert [t.name for t in TABLE.open_to(FOLLOWED, OTHER)] == []
    clear = replace(FOLLOWED, status=Status.CLEAR)
    assert [t.name for t in TABLE.open_to(clear, REP)] == ["win", "invalidate"]


@pytest.mark.parametrize(
    ("status", "name"),
    [(Status.CLEAR, "mark_clear"), (Status.WON, "win"), (Status.UNCLEAR, "")],
)
def test_names_the_move_that_leads_to_a_status(status: Status, name: str) -> None:
    assert TABLE.leading_to(FOLLOWED, status) == name


def test_sales_are_locked_out_of_service() -> None:
    assert TABLE.is_locked_for_sales(lead(stage=Stage.SERVICE))
    assert not TABLE.is_locked_for_sales(FOLLOWED)


@pytest.mark.parametrize(
    "broken",
    [
        [*JUMPS, INVALIDATE, INVALIDATE],
        [*JUMPS, INVALIDATE, replace(CLEAR, by=frozenset(), by_owner=frozenset())],
        JUMPS,
        [*JUMPS[1:], INVALIDATE],
        [replace(t, sources=t.sources - {Stage.INVALID}) for t in [*JUMPS, INVALIDATE]],
    ],
    ids=["twin", "nobody", "unreachable", "unreachable too", "dead end"],
)
def test_refuses_a_table_with_twins_dead_ends_or_unreachable_stages(
    broken: list[Transition],
) -> None:
    with pytest.raises(RuleError):
        Lifecycle.of(broken)


leads = st.builds(
    lambda stage, status, is_owned: lead(
        stage=stage, status=status, owner=UserId("LiLei") if is_owned else None
    ),
    st.sampled_from(Stage),
    st.none() | st.sampled_from(Status),
    st.booleans(),
)


@given(leads, st.sampled_from(sorted(TABLE.transitions)), st.sampled_from([REP, MANAGER, SYSTEM]))
def test_nothing_moves_outside_the_table(start: Lead, name: str, actor: Actor) -> None:
    result = TABLE.decide(start, name, actor, "peer")
    transition = TABLE.transitions[name]
    if isinstance(result, Refusal):
        return
    assert start.stage in transition.sources
    assert not transition.statuses or start.status in transition.statuses
    assert actor.roles & (transition.by | transition.by_owner)
    assert result.lead.stage is (transition.target or start.stage)
    assert replace(result.lead, stage=start.stage, status=start.status, invalid_reason="") == start
