"""``规则``: which version of the rules is in force, try a draft, publish it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.chat.command import Command
from domain.chat.command.rules import RulesVerb, rules_verb
from domain.scoring.version import ACTIVATES_MANY, RuleVersion
from domain.values import Refusal
from handlers.actions.asked import Asked, reply
from handlers.actions.rule_words import rules_report
from handlers.actions.rules import publish

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

#: How many versions are listed, and looked through for the newest draft.
_SHOWN = 6


async def rules(command: Command, asked: Asked, work: UnitOfWork, ctx: Context) -> None:
    """Show the rules in force and their versions, or do with one what was asked."""
    verb = rules_verb(asked.text)
    if verb in {RulesVerb.PUBLISH, RulesVerb.PUBLISH_SURELY}:
        is_sure = verb is RulesVerb.PUBLISH_SURELY
        await _publish(command, asked, work, ctx, is_sure=is_sure)
    elif verb is RulesVerb.TRY:
        await _try(command, asked, work, ctx)
    else:
        reply(asked, work, ctx, rules_report(ctx, await work.rules.newest(_SHOWN)))


async def _try(command: Command, asked: Asked, work: UnitOfWork, ctx: Context) -> None:
    """Let a draft be tried on all leads; the answer comes when that is done."""
    version = await _meant(command, asked, work, ctx, RulesVerb.TRY)
    if version is not None:
        await work.rules.ask_trial(version.number, asked.userid)
        reply(asked, work, ctx, ctx.words.get("rules.trying", number=version.number))


async def _publish(
    command: Command, asked: Asked, work: UnitOfWork, ctx: Context, *, is_sure: bool
) -> None:
    version = await _meant(command, asked, work, ctx, RulesVerb.PUBLISH)
    if version is None:
        return
    done = await publish(work, ctx, version.number, asked.userid, is_confirmed=is_sure)
    if isinstance(done, Refusal):
        reply(asked, work, ctx, refusal_words(ctx, version, done))
        return
    words = ctx.words.get("rules.published_now", number=done.number, name=done.name)
    reply(asked, work, ctx, words)


async def _meant(
    command: Command, asked: Asked, work: UnitOfWork, ctx: Context, verb: RulesVerb
) -> RuleVersion | None:
    """Return the version of the number that was said, else the newest that is a draft."""
    number = command.arguments.n
    if number is not None:
        version = await work.rules.version(number)
        if version is None:
            reply(asked, work, ctx, ctx.words.get("rules.unknown", number=number))
        return version
    newest = await work.rules.newest(_SHOWN)
    draft = next((one for one in newest if one.is_open), None)
    if draft is None:
        words = ctx.words.get("rules.no_draft", verb=ctx.words.get(f"rules.verb.{verb}"))
        reply(asked, work, ctx, words)
    return draft


def refusal_words(ctx: Context, version: RuleVersion, refusal: Refusal) -> str:
    """Return why a version is not published, and what to do about it."""
    if refusal.code == ACTIVATES_MANY and version.trial is not None:
        return ctx.words.get(
            "rules.confirm",
            number=version.number,
            count=version.trial.activated,
            share=f"{version.trial.activated_share:.1%}",
            most=f"{ctx.rules.guard.most_activated:.0%}",
        )
    return ctx.words.get(f"refusals.{refusal.code}")
