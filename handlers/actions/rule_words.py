"""Versions and trials of the rules as people read them in a conversation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from domain.scoring.tables import Phase
from domain.scoring.trial import TO, Trial
from domain.scoring.version import RuleVersion
from handlers.actions.portray import moment_words
from handlers.actions.rules import SYSTEM_AUTHOR

if TYPE_CHECKING:
    from handlers.context import Context
    from handlers.ports import Words


#: Path of the page on which rules are read and drafted.
PAGE = "/rules"


def rules_report(ctx: Context, newest: Sequence[RuleVersion]) -> str:
    """Return the rules in force, phase by phase, and the newest versions."""
    rules = ctx.rules
    running = next((one for one in newest if one.number == rules.version), None)
    return ctx.words.get(
        "rules.shown",
        number=rules.version,
        name=rules.whole.name,
        published=_published(ctx, running),
        phases="\n".join(_phase(ctx, phase) for phase in Phase),
        lines="\n".join(_line(ctx, one) for one in newest) or ctx.words.get("rules.none"),
        url=f"{ctx.accounts.public_url}{PAGE}",
    )


def _published(ctx: Context, version: RuleVersion | None) -> str:
    if version is None or version.published_at is None or version.published_by == SYSTEM_AUTHOR:
        return ctx.words.get("rules.seeded")
    moment = moment_words(version.published_at, ctx)
    return ctx.words.get("rules.published", by=version.published_by, moment=moment)


def _phase(ctx: Context, phase: Phase) -> str:
    card = ctx.rules.card_for(phase)
    count = len(card.static) + len(card.events) + len(card.absence) + len(card.standing)
    return ctx.words.get(
        "rules.phase",
        phase=ctx.words.get(f"rules.phase_name.{phase}"),
        count=count,
        pass_mark=f"{card.grading.pass_mark:g}",
    )


def _line(ctx: Context, version: RuleVersion) -> str:
    return ctx.words.get(
        "rules.line",
        number=version.number,
        name=version.name,
        state=ctx.words.get(f"rules.state.{version.state}"),
        author=author_words(ctx.words, version.author),
        moment=moment_words(version.created_at, ctx),
        note=ctx.words.get("rules.note", note=version.note) if version.note else "",
    )


def author_words(words: Words, author: str) -> str:
    """Return who wrote a version as it is shown: a userid, or the word for Clew itself."""
    return words.get(f"role.{author}") if author == SYSTEM_AUTHOR else author


def trial_report(ctx: Context, version: RuleVersion, trial: Trial, names: Sequence[str]) -> str:
    """Return what a trial found; ``names`` are some of those who would become mature."""
    examples = ctx.words.get("list.and").join(names)
    return ctx.words.get(
        "rules.trial.shown",
        number=version.number,
        name=version.name,
        leads=trial.leads,
        before=trial.mature_before,
        after=trial.mature_after,
        activated=trial.activated,
        share=f"{trial.activated_share:.1%}",
        cooled=trial.cooled,
        mean_before=f"{trial.mean(trial.total_before):.1f}",
        mean_after=f"{trial.mean(trial.total_after):.1f}",
        grades=_moves(ctx, trial.grades),
        levels=_moves(ctx, trial.levels),
        examples=ctx.words.get("rules.trial.examples", names=examples) if names else "",
    )


def _moves(ctx: Context, moves: Mapping[str, int]) -> str:
    found = []
    for move, count in sorted(moves.items()):
        before, _, after = move.partition(TO)
        if before != after:
            word = ctx.words.get("rules.trial.move", before=before, after=after, count=count)
            found.append(word)
    return ctx.words.get("list.and").join(found) or ctx.words.get("rules.trial.none")
