"""A version of the rules as people read it: what gives how many points, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.behaviour.showing.show import show
from domain.condition import Comparison, Condition, Fact
from domain.scoring.rules import Caps, Decay, DecayKind, EventRule, Repeat
from domain.scoring.tables import Phase
from domain.scoring.trial import TO

if TYPE_CHECKING:
    from domain.journey.journeys import Journeys
    from domain.scoring.rules import StaticRule
    from domain.scoring.scorecard import Scorecard
    from domain.scoring.tables import RuleTables
    from handlers.context import Context


@dataclass(frozen=True, slots=True)
class Row:
    """A rule: what it is called, its points (empty where they stand in the details), details."""

    label: str
    points: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """Rules of one sort; ``code`` names it in the texts."""

    code: str
    rows: tuple[Row, ...]


def parts_of(ctx: Context, rules: RuleTables) -> list[Part]:
    """Return the rules of a version, sort by sort; sorts without rules are left out."""
    whole = rules.whole
    parts = [
        Part("grading", tuple(_grading(ctx, rules))),
        Part("initial", (_initial(ctx, rules),)),
        Part("static", tuple(_static(ctx, rule, rules.journeys) for rule in whole.static)),
        Part("events", tuple(_event(ctx, rule, whole) for rule in whole.events)),
        Part("absence", tuple(_absence(ctx, whole))),
        Part("standing", tuple(_static(ctx, rule, rules.journeys) for rule in whole.standing)),
        *_journeys(ctx, rules),
    ]
    return [part for part in parts if part.rows]


def _grading(ctx: Context, rules: RuleTables) -> Iterable[Row]:
    say, grading = ctx.words.get, rules.whole.grading
    for code, marks, names in (
        ("grades", grading.grades, "ABCD"),
        ("levels", grading.levels, "1234"),
    ):
        parts = [f"{name} ≥ {mark:g}" for name, mark in zip(names, marks, strict=False)]
        rest = say("rule_table.rest", name=names[-1])
        yield Row(say(f"rule_table.{code}"), "", (say("list.and").join([*parts, rest]),))
    for phase in Phase:
        card = rules.card_for(phase)
        words = say(
            "rule_table.phase",
            static=f"{card.grading.static_weight:g}",
            dynamic=f"{card.grading.dynamic_weight:g}",
        )
        name = say(f"rules.phase_name.{phase}")
        yield Row(say("rule_table.pass_mark", phase=name), f"{card.grading.pass_mark:g}", (words,))
    share = f"{rules.guard.most_activated:.0%}"
    yield Row(say("rule_table.guard"), share, (say("rule_table.guard_words"),))
    if rules.whole.most_gained is not None:
        yield Row(say("rule_table.most_gained"), f"{rules.whole.most_gained:g}")
    if rules.whole.most_gained_per_day is not None:
        yield Row(say("rule_table.most_gained_per_day"), f"{rules.whole.most_gained_per_day:g}")


def _initial(ctx: Context, rules: RuleTables) -> Row:
    initial, tree = rules.whole.initial, ctx.catalog.channels
    by_points = sorted(rules.points.items(), key=lambda one: (-one[1], one[0]))
    shown = [f"{tree.name_of(code)} {points:g}" for code, points in by_points]
    details = (*_decay(ctx, initial.decay), ctx.words.get("list.and").join(shown))
    label = ctx.words.get("rule_table.initial_label", points=f"{initial.default_points:g}")
    return Row(label, "", tuple(one for one in details if one))


def _static(ctx: Context, rule: StaticRule, journeys: Journeys) -> Row:
    details = tuple(
        ctx.words.get(
            "rule_table.case",
            condition=_of_case(ctx, case.condition, journeys),
            points=f"{case.points:+g}",
        )
        for case in rule.cases
    )
    return Row(rule.label, "", details)


def _of_case(ctx: Context, condition: Condition, journeys: Journeys) -> str:
    sentence = journeys.sentence(condition.name)
    if sentence is not None:
        return show(sentence, ctx.vocabulary)
    return _condition(ctx, condition, _no_name).strip()


def _event(ctx: Context, rule: EventRule, whole: Scorecard) -> Row:
    say = ctx.words.get

    def label(name: str) -> str:
        kind = ctx.events.kinds.get(rule.kind)
        spec = kind.properties.get(name) if kind else None
        return spec.label if spec else name

    conditions = [_condition(ctx, one, label) for one in rule.where]
    if rule.given is not None:
        conditions.append(show(rule.given, ctx.vocabulary))
    details = [
        say(
            "rule_table.when",
            kind=ctx.events.label(rule.kind),
            filters="".join(say("rule_table.filter", condition=one) for one in conditions),
        ),
        *_decay(ctx, rule.decay),
        *_caps(ctx, rule.caps, "rule_table.caps"),
    ]
    if rule.repeat is Repeat.ONCE:
        details.append(say("rule_table.once"))
    group = next((group for group in whole.groups if group.id == rule.group), None)
    if group is not None:
        details += _caps(ctx, group.caps, "rule_table.group_caps")
    return Row(rule.label, f"{rule.points:+g}", tuple(details))


def _absence(ctx: Context, whole: Scorecard) -> Iterable[Row]:
    for rule in whole.absence:
        steps = tuple(
            ctx.words.get("rule_table.absent", days=step.days, points=f"{step.points:+g}")
            for step in rule.steps
        )
        yield Row(rule.label, "", steps)


def _journeys(ctx: Context, rules: RuleTables) -> Iterable[Part]:
    for journey in rules.journeys.journeys:
        rows = tuple(
            Row(stage.label, "", (show(stage.when, ctx.vocabulary),)) for stage in journey.stages
        )
        yield Part(f"journey.{journey.label}", rows)


def _decay(ctx: Context, decay: Decay) -> list[str]:
    if decay.kind is DecayKind.NONE:
        return []
    key = f"rule_table.decay.{decay.kind}"
    return [ctx.words.get(key, days=f"{decay.days:g}", floor=f"{decay.floor:.0%}")]


def _caps(ctx: Context, caps: Caps, key: str) -> list[str]:
    shown = [
        ctx.words.get(f"rule_table.{name}", points=f"{limit:g}")
        for name, limit in (("per_day", caps.per_day), ("total", caps.total))
        if limit is not None
    ]
    return [ctx.words.get(key, caps=ctx.words.get("list.and").join(shown))] if shown else []


def _condition(ctx: Context, condition: Condition, label: Callable[[str], str]) -> str:
    values = ctx.words.get("list.and").join(_value(ctx, value) for value in condition.values)
    sign = ctx.words.get(f"rule_table.sign.{_SIGNS[condition.comparison]}", values=values)
    return f"{label(condition.name)}{sign}"


def _no_name(_name: str) -> str:
    return ""


def _value(ctx: Context, value: Fact) -> str:
    if isinstance(value, bool):
        return ctx.words.get("tag.yes" if value else "tag.no")
    return f"{value:g}" if isinstance(value, float | int) else value


_SIGNS = {
    Comparison.EQUAL: "equal",
    Comparison.NOT_EQUAL: "not_equal",
    Comparison.AT_LEAST: "at_least",
    Comparison.MORE: "more",
    Comparison.AT_MOST: "at_most",
    Comparison.LESS: "less",
    Comparison.IN: "in",
    Comparison.NOT_IN: "not_in",
    Comparison.CONTAINS: "contains",
    Comparison.KNOWN: "known",
    Comparison.MISSING: "missing",
}


def moves_of(moves: Mapping[str, int], names: Sequence[str]) -> list[tuple[str, list[int]]]:
    """Return a table of moves: from each name, how many to each."""
    return [(before, [moves.get(f"{before}{TO}{after}", 0) for after in names]) for before in names]
