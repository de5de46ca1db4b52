"""Reports as people read them in a conversation: a score and its reasons, the funnel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from domain.reports.funnel import STEPS, FunnelCounts, FunnelRow, by_label, funnel, funnel_by
from domain.scoring.explain import Reason, reasons
from domain.scoring.score import GAINS, Part, Scored
from handlers.actions.portray import day_words, moment_words

if TYPE_CHECKING:
    from domain.scoring.grade import Grading
    from handlers.actions.replay import Replayed
    from handlers.context import Context

#: Name of the static score in the details of a limit; all else is dynamic.
_STATIC = "static"


def score_report(ctx: Context, name: str, scored: Scored, grading: Grading) -> str:
    """Return a score with both of its halves, each with all that gave or took points."""
    state = scored.state
    found = reasons(scored.contributions)
    static = [reason for reason in found if _is_static(reason)]
    dynamic = [reason for reason in found if not _is_static(reason)]
    return ctx.words.get(
        "score.explained",
        name=name,
        composite=f"{state.composite:.0f}",
        cell=scored.cell,
        grade=state.grade.value,
        level=state.level,
        standard=f"{state.standard:.1f}",
        advice=ctx.words.get(f"advice.{scored.advice}"),
        journey=_journey_lines(ctx, scored),
        static=f"{state.static:.0f}",
        static_weight=f"{grading.static_weight:.0%}",
        static_lines=_lines(ctx, static),
        dynamic=f"{state.dynamic:.0f}",
        dynamic_weight=f"{grading.dynamic_weight:.0%}",
        dynamic_lines=_lines(ctx, dynamic),
    )


def _journey_lines(ctx: Context, scored: Scored) -> str:
    """Return where the lead stands on each journey that it has begun, and what to say there."""
    journeys, lines = ctx.rules.journeys.facts(), []
    for fact, code in scored.places:
        journey = journeys.get(fact)
        stage = journey.stage(code) if journey else None
        if journey is None or stage is None:
            continue
        line = ctx.words.get(
            "score.journey",
            journey=journey.label,
            stage=stage.label,
            number=journey.number(code),
            stages=len(journey.stages),
        )
        lines.append(line)
        lines += (ctx.words.get("score.journey_words", words=words) for words in stage.words[:1])
    return "".join(f"\n{line}" for line in lines)


def past_score_report(ctx: Context, name: str, found: Replayed) -> str:
    """Return a score of the past with its reasons, and what today's rules would have given."""
    today = ""
    if found.today_version != found.version:
        state = found.by_today.state
        today = ctx.words.get(
            "score.past.today",
            version=found.today_version,
            composite=f"{state.composite:.0f}",
            cell=found.by_today.cell,
        )
    return ctx.words.get(
        "score.past.shown",
        moment=moment_words(found.at, ctx),
        version=found.version,
        report=score_report(ctx, name, found.then, found.grading),
        today=today,
    )


def _is_static(reason: Reason) -> bool:
    return reason.part is Part.STATIC or (reason.part is Part.LIMIT and reason.detail == _STATIC)


def _lines(ctx: Context, found: Sequence[Reason]) -> str:
    telling = [reason for reason in found if round(reason.points)]
    # A limit cuts what the others add up to, so it stands behind them.
    telling.sort(key=lambda reason: reason.part is Part.LIMIT)
    return "\n".join(_line(ctx, reason) for reason in telling) or ctx.words.get("score.nothing")


def _line(ctx: Context, reason: Reason) -> str:
    return ctx.words.get(
        "score.line",
        label=reason_words(ctx, reason),
        times=ctx.words.get("score.times", times=reason.times) if reason.times > 1 else "",
        points=f"{reason.points:+.0f}",
        day=_since(ctx, reason.last_at) if reason.last_at else "",
    )


def _since(ctx: Context, moment: datetime) -> str:
    return ctx.words.get("score.day", day=day_words(moment, ctx))


def reason_words(ctx: Context, reason: Reason) -> str:
    """Return what gave the points: a rule, the channel by its name, or a limit."""
    if reason.part is Part.CHANNEL and reason.detail:
        return ctx.words.get("score.channel", channel=ctx.catalog.channels.name_of(reason.detail))
    if reason.part is Part.LIMIT and reason.detail == GAINS:
        return ctx.words.get("score.gains")
    if reason.part is Part.LIMIT:
        return ctx.words.get("score.above" if reason.points < 0 else "score.below")
    return reason.label or ctx.words.get(f"reason_part.{reason.part.value}")


def funnel_report(ctx: Context, start: datetime, rows: Iterable[FunnelRow]) -> str:
    """Return the funnel of the leads listed since ``start``, as a whole and by channel."""
    rows = tuple(rows)
    channels = "\n".join(
        _channel_line(ctx, code, part)
        for code, part in funnel_by(rows, by_label("channel")).items()
    )
    return ctx.words.get(
        "funnel.shown",
        start=day_words(start, ctx),
        lines=_step_lines(ctx, funnel(rows)),
        channels=channels or ctx.words.get("funnel.nobody"),
    )


def _step_lines(ctx: Context, counts: FunnelCounts) -> str:
    rates = counts.rates()
    lines = []
    for step, count in zip(STEPS, counts.steps(), strict=True):
        rate = rates.get(step)
        share = "" if rate is None else ctx.words.get("funnel.rate", rate=f"{rate:.0%}")
        name = ctx.words.get(f"funnel.step.{step}")
        lines.append(ctx.words.get("funnel.line", step=name, count=count, rate=share))
    return "\n".join(lines)


def _channel_line(ctx: Context, code: str, part: FunnelCounts) -> str:
    return ctx.words.get(
        "funnel.channel",
        channel=ctx.catalog.channels.name_of(code),
        listed=part.listed,
        delivered=part.delivered,
        deal=part.deal,
    )
