"""The five kinds with the product's own numbers; one by one, in bulk, in any order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.behaviour.syntax import (
    Age,
    Aggregate,
    Arithmetic,
    Comparison,
    Edge,
    End,
    EventPattern,
    Expression,
    Function,
    Last,
    Literal,
    Operator,
    Preference,
    Relation,
    Tag,
)
from domain.columns.days import Moments
from domain.columns.persons import Behaviour, columns_of
from domain.events.event import Event
from domain.tags.evaluate import TagPlan, Values
from domain.tags.spec import Formula, TagBook, TagKind, TagSpec
from domain.values import BUSINESS_ZONE
from tests.factories import event

#: 31 March 2026, 20:00 in Shanghai.
NOW = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
PAID = EventPattern("order_paid")
DAY = timedelta(days=1)


def spec(name: str, kind: TagKind, *formulas: tuple[str, Expression], **more: str) -> TagSpec:
    return TagSpec(name, kind, tuple(Formula("…", e, word) for word, e in formulas), **more)  # type: ignore[arg-type]


def paid(days_ago: float, amount: float = 0.0, **properties: str) -> Event:
    at = NOW - days_ago * DAY
    return event("order_paid", event_at=at, properties={"amount": amount, **properties})


def values(book: TagBook, histories: Sequence[Sequence[Event]]) -> list[Values]:
    people = [Behaviour(history) for history in histories]
    columns = columns_of(people, ("order_paid", "page_viewed"))
    return TagPlan.of(book).run(columns, Moments.at(NOW, BUSINESS_ZONE))


def value(tag: TagSpec, *history: Event) -> object:
    return values(TagBook.of([tag]), [history])[0][tag.name]


def total(window: int = 30) -> Aggregate:
    return Aggregate(Function.SUM, PAID, "amount", Last(window))


def at_least(left: Expression, right: float) -> Comparison:
    return Comparison(Relation.AT_LEAST, left, Literal(right))


SPENT = spec("近30天消费", TagKind.METRIC, ("", total()))
VALUE = spec(
    "价值分层",
    TagKind.LAYERS,
    ("高价值", at_least(total(), 500)),
    ("中价值", at_least(total(), 100)),
    otherwise="低价值",
)
SINCE_FIRST = spec("首次支付距今", TagKind.EDGE, ("", Age(Edge(End.FIRST, PAID))))
FIRST_GOODS = spec("首次支付品类", TagKind.EDGE, ("", Edge(End.FIRST, PAID, "category")))
LIKES = spec("偏好品类", TagKind.PREFERENCE, ("", Preference(PAID, "category", 3)))
ACTIVE = spec(
    "活跃天数", TagKind.DAYS, ("", Aggregate(Function.DAYS, EventPattern(None), None, Last(31)))
)
ALL = TagBook.of([SPENT, VALUE, SINCE_FIRST, FIRST_GOODS, LIKES, ACTIVE])


def test_layers_the_first_that_holds_gives_the_value() -> None:
    assert value(VALUE, paid(1, 600)) == "高价值"
    assert value(VALUE, paid(1, 100)) == "中价值"
    assert value(VALUE, paid(1, 99)) == "低价值"
    assert value(VALUE) == "低价值"


def test_a_metric_three_orders_of_100_150_and_300_make_550() -> None:
    assert value(SPENT, paid(29, 100), paid(10, 150), paid(0, 300), paid(30, 999)) == 550.0


def test_arithmetic_between_metrics_and_what_is_divided_by_nothing() -> None:
    count = Aggregate(Function.COUNT, PAID, None, Last(30))
    average = spec("客单价", TagKind.METRIC, ("", Arithmetic(Operator.DIVIDE, total(), count)))
    assert value(average, paid(1, 100), paid(2, 200), paid(3, 200)) == 166.666667
    assert value(average) is None


def test_a_first_feature_the_first_payment_2_days_ago_makes_2() -> None:
    first, later = paid(2, 1, category="母婴"), paid(1, 1, category="服饰")
    assert value(SINCE_FIRST, later, first) == 2.0
    assert value(FIRST_GOODS, later, first) == "母婴"
    assert value(SINCE_FIRST) is None


def test_a_preference_20_orders_make_mother_clothes_and_fresh_food() -> None:
    counts = {"母婴": 5, "服饰": 4, "生鲜": 4, "数码": 3, "百货": 2, "其他": 2}
    # 服饰 was bought later than 生鲜, so it stands before it.
    history = [
        paid(9 - 5 * (goods == "服饰"), 1, category=goods)
        for goods, n in counts.items()
        for _ in range(n)
    ]
    assert len(history) == 20
    assert value(LIKES, *history) == ("母婴", "服饰", "生鲜")
    assert value(LIKES, *reversed(history)) == ("母婴", "服饰", "生鲜")


def test_ties_of_one_moment_stand_in_the_order_of_events_the_later_first() -> None:
    history = [paid(1, 1, category=goods) for goods in ("b", "a", "c", "d")]
    assert value(LIKES, *history) == value(LIKES, *reversed(history)) == ("d", "c", "a")


def test_a_preference_by_sum() -> None:
    by_sum = spec("消费偏好", TagKind.PREFERENCE, ("", Preference(PAID, "category", 1, "amount")))
    often = [paid(3, 10, category="百货") for _ in range(3)]
    assert value(by_sum, *often, paid(4, 99, category="数码")) == ("数码",)
    assert value(by_sum) is None


def test_a_distribution_active_on_days_1_to_5_and_20_to_30_makes_16() -> None:
    days = [*range(1, 6), *range(20, 31)]
    march = datetime(2026, 2, 28, 4, tzinfo=UTC)
    history = [event("page_viewed", event_at=march + day * DAY) for day in days for _ in range(2)]
    assert value(ACTIVE, *history) == 16.0


def test_a_tag_is_computed_behind_those_that_it_mentions() -> None:
    is_high = Comparison(Relation.EQUAL, Tag("价值分层"), Literal("高价值"))
    star = spec("重点客户", TagKind.LAYERS, ("是", is_high))
    (found,) = values(TagBook.of([star, VALUE]), [[paid(1, 900)]])
    assert found == {"价值分层": "高价值", "重点客户": "是"}


def test_a_tag_that_is_not_computed_now_is_read_as_it_stands() -> None:
    is_high = Comparison(Relation.EQUAL, Tag("价值分层"), Literal("高价值"))
    book = TagBook.of([spec("重点客户", TagKind.LAYERS, ("是", is_high)), VALUE])
    columns = columns_of([Behaviour(tags={"价值分层": "高价值"}), Behaviour()])
    found = TagPlan.of(book, {"重点客户"}).run(columns, Moments.at(NOW, BUSINESS_ZONE))
    assert found == [{"重点客户": "是"}, {"重点客户": None}]


histories = st.lists(
    st.builds(
        paid,
        st.integers(0, 60).map(lambda n: n / 2),
        st.sampled_from([0.1, 33.3, 100.0, 499.9]),
        category=st.sampled_from(["母婴", "服饰", "生鲜", "数码"]),
    ),
    max_size=12,
)


@settings(max_examples=60)
@given(st.lists(histories, min_size=1, max_size=6))
def test_in_bulk_and_one_by_one_the_values_are_the_same(people: list[list[Event]]) -> None:
    assert values(ALL, people) == [values(ALL, [one])[0] for one in people]


@settings(max_examples=60)
@given(histories, st.randoms(use_true_random=False))
def test_the_order_of_delivery_changes_nothing(history: list[Event], chance: object) -> None:
    shuffled = list(history)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert values(ALL, [shuffled + shuffled]) == values(ALL, [history])
