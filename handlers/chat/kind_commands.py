"""``事件``: which kinds come, what waits to be registered, and to register it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.chat.command import Command
from domain.chat.command.kinds import KindsAsked, kinds_asked
from domain.events.registration import KindWish, PropertyWish
from domain.values import Refusal
from handlers.actions.asked import Asked, reply
from handlers.actions.kind_report import COUNTED_DAYS, KindReport, kind_report
from handlers.actions.kinds import register_wish

if TYPE_CHECKING:
    from domain.events.registry import EventKind
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

#: How many kinds and waiting names a message lists; the page has them all.
_SHOWN = 8
PAGE = "/events"


async def events(command: Command, asked: Asked, work: UnitOfWork, ctx: Context) -> None:
    """Answer about event kinds, or register one."""
    meant = kinds_asked(command.text)
    report = await kind_report(work, ctx)
    if meant.is_incomplete:
        words = ctx.words.get("kinds.how_to_register")
    elif meant.misread:
        words = ctx.words.get("kinds.misread_property", word=meant.misread)
    elif meant.label:
        words = await _registered(meant, report, asked, work, ctx)
    elif meant.name:
        words = _one(meant.name, report, ctx)
    else:
        words = _all(report, ctx)
    reply(asked, work, ctx, words)


def _all(report: KindReport, ctx: Context) -> str:
    coming = [one for one in report.kinds if one.count][:_SHOWN]
    lines = [
        ctx.words.get("kinds.line", label=one.kind.label, count=one.count) for one in coming
    ] or [ctx.words.get("kinds.none_came")]
    waiting = [
        ctx.words.get("kinds.line", label=one.name, count=one.count)
        for one in report.waiting[:_SHOWN]
    ]
    if waiting:
        lines += [ctx.words.get("kinds.waiting", count=len(report.waiting)), *waiting]
        lines.append(ctx.words.get("kinds.how_to_register"))
    url = f"{ctx.accounts.public_url}{PAGE}"
    return ctx.words.get("kinds.all", days=COUNTED_DAYS, lines="\n".join(lines), url=url)


def _one(name: str, report: KindReport, ctx: Context) -> str:
    kind = ctx.vocabulary.kind(name)
    if kind is None:
        waiting = next((one for one in report.waiting if one.name == name), None)
        key = "kinds.unknown_waits" if waiting else "kinds.unknown"
        return ctx.words.get(key, name=name, count=waiting.count if waiting else 0)
    count = next((one.count for one in report.kinds if one.kind.name == kind.name), 0)
    return ctx.words.get(
        "kinds.one",
        label=kind.label,
        name=kind.name,
        strength=ctx.words.get(f"strength.{kind.strength}"),
        interaction=ctx.words.get("kinds.interaction" if kind.is_interaction else "kinds.other"),
        properties=_properties(kind, ctx),
        days=COUNTED_DAYS,
        count=count,
    )


def _properties(kind: EventKind, ctx: Context) -> str:
    shown = [
        f"{spec.label}（{ctx.words.get(f'property_type.{spec.type}')}）"
        for spec in kind.properties.values()
    ]
    return ctx.words.get("list.and").join(shown) or ctx.words.get("kinds.no_properties")


async def _registered(
    meant: KindsAsked, report: KindReport, asked: Asked, work: UnitOfWork, ctx: Context
) -> str:
    """Register a kind with the properties that were named, and those of what waits."""
    waiting = next((one for one in report.waiting if one.name == meant.name), None)
    shape = dict(waiting.shape) if waiting else {}
    known = ctx.events.kinds.get(meant.name)
    if known is not None:
        shape |= {spec.name: spec.type for spec in known.properties.values()}
    named = [one.wish(shape.pop(one.name, None)) for one in meant.properties]
    old = known.properties if known is not None else {}
    rest = [PropertyWish(name, type=kind) for name, kind in shape.items() if name not in old]
    properties = (*named, *rest)
    wish = KindWish(meant.name, meant.label, properties=properties)
    done = await register_wish(work, ctx, wish, asked.userid)
    if isinstance(done, Refusal):
        reason = ctx.words.get(f"refusals.{done.code}")
        return f"{done.detail}：{reason}" if done.detail else reason
    url = f"{ctx.accounts.public_url}{PAGE}"
    count = waiting.count if waiting else 0
    shown = _properties(done, ctx)
    return ctx.words.get(
        "kinds.registered", label=done.label, count=count, properties=shown, url=url
    )
