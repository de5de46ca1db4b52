import pytest

from domain.condition import Comparison, Condition, Fact
from domain.errors import RuleError
from domain.pools.pool import DEFAULT_RULES, Member, Pool, PoolKind, Pools
from domain.values import UserId

MATH = Pool(
    "math",
    "数学部",
    PoolKind.DEPARTMENT,
    when=(Condition("subject", Comparison.EQUAL, ("数学",)),),
    departments=frozenset({2}),
    members=(Member(UserId("LiLei"), ratio=2, daily_ceiling=5),),
)
SALES = Pool("sales", "销售部", PoolKind.DEPARTMENT)
NURTURE = Pool("nurture", "预培育", PoolKind.NURTURE)
POOLS = Pools.of([MATH, SALES, NURTURE])


@pytest.mark.parametrize(
    ("kind", "facts", "code"),
    [
        (PoolKind.DEPARTMENT, {"subject": "数学"}, "math"),
        (PoolKind.DEPARTMENT, {"subject": "英语"}, "sales"),
        (PoolKind.DEPARTMENT, {}, "sales"),
        (PoolKind.NURTURE, {"subject": "数学"}, "nurture"),
    ],
)
def test_routes_by_facts_first_match_wins(
    kind: PoolKind, facts: dict[str, Fact], code: str
) -> None:
    assert POOLS.route(kind, facts).code == code


def test_tells_whether_a_pool_asks_for_a_fact() -> None:
    assert POOLS.ask_for({"intent", "subject"})
    assert not POOLS.ask_for({"intent"})


def test_knows_who_serves_a_pool() -> None:
    assert MATH.is_served_by("someone", 2)
    assert MATH.is_served_by("lilei", 9)
    assert not MATH.is_served_by("someone", 9)
    assert SALES.is_served_by("someone", None)
    assert MATH.member("LILEI") == Member(UserId("LiLei"), 2, 5)
    assert MATH.member("someone") is None


def test_an_unknown_pool_has_the_default_rules() -> None:
    assert POOLS.rules_of("gone") is DEFAULT_RULES
    assert POOLS.rules_of("math") is MATH.rules


@pytest.mark.parametrize("broken", [[SALES, SALES, NURTURE], [MATH, NURTURE], [SALES]])
def test_refuses_twins_and_pools_that_leave_a_lead_out(broken: list[Pool]) -> None:
    with pytest.raises(RuleError):
        Pools.of(broken)
