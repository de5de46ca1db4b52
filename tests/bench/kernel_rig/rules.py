"""The rules of the bench: 20 scoring rules, 10 tags of five kinds, 5 segments."""

from __future__ import annotations

from datetime import timedelta

from domain.behaviour import syntax as tree
from domain.behaviour.syntax import Arithmetic, Comparison, EventPattern, Function, Literal
from domain.scoring.grade import Grading, all_cells
from domain.scoring.rules import Caps, Decay, DecayKind, EventRule
from domain.scoring.scorecard import InitialRule, Scorecard

#: (points, half-life in days, cap per day, cap in total) of the rule for kind k0, k1, …
RULES = tuple(
    (
        2.0 + number % 5,
        3.0 + 3 * number,
        4.0 + number % 5 if number % 5 == 0 else None,
        10.0 + number % 7 if number % 2 else None,
    )
    for number in range(30)
)
SCORED = 20


def card(rules: int) -> Scorecard:
    """Return a scorecard with the first rules."""
    return Scorecard(
        version=1,
        name="bench",
        grading=Grading((75, 50, 25), (75, 50, 25), 0.5, 0.5, 50, dict.fromkeys(all_cells(), "")),
        initial=InitialRule(default_points=0.0),
        events=tuple(
            EventRule(
                f"r{number}",
                f"r{number}",
                f"k{number}",
                points,
                decay=Decay(DecayKind.HALF_LIFE, days=days),
                caps=Caps(per_day, total),
            )
            for number, (points, days, per_day, total) in enumerate(RULES[:rules])
        ),
    )


CARD, CARD_30 = card(SCORED), card(len(RULES))


def of(number: int, category: str | None = None) -> EventPattern:
    """Return events of kind k``number``, of one category if asked."""
    if category is None:
        return EventPattern(f"k{number}")
    where = Comparison(tree.Relation.EQUAL, tree.Property("category"), Literal(category))
    return EventPattern(f"k{number}", where)


def count(events: EventPattern, days: int) -> tree.Expression:
    return tree.Aggregate(Function.COUNT, events, None, tree.Last(days))


def total(number: int, days: int) -> tree.Expression:
    return tree.Aggregate(Function.SUM, of(number), "amount", tree.Last(days))


def at_least(value: tree.Expression, limit: float) -> tree.Expression:
    return Comparison(tree.Relation.AT_LEAST, value, Literal(limit))


#: Layers are conditions of which the first that holds decides.
LAYERS = {
    "value_high": at_least(total(20, 90), 1500.0),
    "value_medium": at_least(total(20, 90), 500.0),
    "activity_high": at_least(count(of(1), 30), 2.0),
    "activity_medium": at_least(count(of(1), 90), 2.0),
}
NUMBERS = {
    "paid_30": total(20, 30),
    "viewed_7": count(of(3), 7),
    "first_paid": tree.Age(tree.Edge(tree.End.FIRST, of(20))),
    "days_active_30": tree.Aggregate(Function.DAYS, EventPattern(None), None, tree.Last(30)),
    "days_k5_90": tree.Aggregate(Function.DAYS, of(5), None, tree.Last(90)),
}
TEXTS = {"last_category": tree.Edge(tree.End.LAST, of(22), "category")}
LISTS = {
    "top_by_count": tree.Preference(of(23), "category", 3),
    "top_by_sum": tree.Preference(of(22), "category", 3, "amount", tree.Last(120)),
}
SEGMENTS = {
    "buyers": tree.And((at_least(count(of(1), 14), 1.0), at_least(total(20, 30), 300.0))),
    "share": at_least(
        Arithmetic(tree.Operator.DIVIDE, count(of(2, "c1"), 120), count(of(2), 120)), 0.3
    ),
    "quiet": tree.And((tree.Not(tree.Done(of(4), tree.Last(30))), at_least(count(of(6), 90), 1.0))),
    "two_steps": tree.Sequence((of(6), of(7)), timedelta(days=3), tree.Last(60)),
    "three_steps": tree.Sequence((of(8), of(9), of(10)), timedelta(days=14)),
}
EXPRESSIONS = {**LAYERS, **NUMBERS, **TEXTS, **LISTS, **SEGMENTS}
