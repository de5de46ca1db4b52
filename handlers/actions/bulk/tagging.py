"""Compute the tags of many persons anew, and write what differs with a statement per table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from domain.columns.days import Moments
from domain.tags.tagging import TagSource
from domain.values import PersonId
from handlers.actions.bulk.behaviours import behaviours, otherwise_tagged, wish_of
from handlers.actions.bulk.sheets import Crowd
from handlers.actions.tags.compute import changes, midnight_after, put_values, retag_all, turn_at
from handlers.reactions import settle
from storage.moments import to_micros
from storage.population.histories import Histories, Wish, histories
from storage.population.people import NO_TAGGINGS
from storage.population.source import DATABASE, Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.tags.evaluate import TagPlan, Values
    from domain.tags.tagging import Tagging
    from handlers.context import Context
    from storage.population.whose import Whose
    from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Found:
    """What persons have to be tagged with, and when time alone may move that within the day.

    ``turns`` are microseconds since 1970, by root.
    """

    values: Mapping[PersonId, Values]
    turns: Mapping[PersonId, int]


async def untrue_tags(
    work: UnitOfWork, ctx: Context, whose: Whose, source: Source = DATABASE
) -> list[PersonId]:
    """Return whose computed tags, live or daily, are not what they should be now.

    Among them are those whose tags time alone may move before the day ends: somebody has
    to look again at that moment.
    """
    await ctx.tag_keeper.refresh(work.tx)
    crowd, found = await Crowd.read(work, whose, tags=None), set[PersonId]()
    async for piece in source.pieces(work.tx, whose, _wish(ctx)):
        there = _computed(work, ctx, piece, crowd)
        found |= otherwise_tagged(crowd, there.values, is_whole=True).keys()
        found |= there.turns.keys()
    return sorted(found)


async def retag_people(work: UnitOfWork, ctx: Context, roots: Sequence[PersonId]) -> int:
    """Compute every tag of some persons as of ``work.now``; nothing is committed.

    Returns how many of them got other tags. Whoever's change WeCom has to show goes the
    ordinary way in the same transaction. The unit of work must be a fresh one.
    """
    await ctx.tag_keeper.refresh(work.tx)
    crowd = await Crowd.read(work, roots, tags=None)
    piece = await histories(work.tx, roots, _wish(ctx))
    there = _computed(work, ctx, piece, crowd)
    wanted = otherwise_tagged(crowd, there.values, is_whole=True)
    shown = shown_in_wecom(ctx, crowd, wanted)
    await put_quietly(work, ctx, {r: v for r, v in wanted.items() if r not in shown})
    for root, at in there.turns.items():
        turn_at(work, root, at)
    if shown:
        await work.load_people(shown)
        retag_all(work, ctx, sorted(shown))
        await settle(work, ctx)
    return len(wanted)


def _every(ctx: Context) -> TagPlan:
    return ctx.tags.plan(frozenset(ctx.tags.book.specs))


def _wish(ctx: Context) -> Wish:
    return wish_of(ctx, _every(ctx).properties | ctx.tags.moving_properties)


def _computed(work: UnitOfWork, ctx: Context, piece: Histories, crowd: Crowd) -> Found:
    """Return the values of all tags of the persons of a piece."""
    tags, moments = ctx.tags, Moments.at(work.now, ctx.zone)
    plan = _every(ctx)
    attributes = plan.attributes | tags.moving_attributes
    columns = behaviours(piece, crowd, ctx.events.interactions(), attributes)
    roots: list[PersonId] = piece.roots.tolist()
    values = dict(zip(roots, plan.run(columns, moments), strict=True))
    turns: dict[PersonId, int] = {}
    if tags.horizon is not None and roots:
        horizon = tags.horizon.run(columns, moments)
        soon = np.flatnonzero(horizon < to_micros(midnight_after(work, ctx)))
        turns = dict(zip(piece.roots[soon].tolist(), horizon[soon].tolist(), strict=True))
    return Found(values, turns)


async def put_quietly(work: UnitOfWork, ctx: Context, wanted: Mapping[PersonId, Values]) -> None:
    """Keep computed values of persons who are not loaded, which nobody has to be shown."""
    await work.tags.load(wanted)
    for root, values in wanted.items():
        put_values(work, ctx, root, values)
    work.take_outcomes()
    work.tags.take_changes()


def shown_in_wecom(ctx: Context, crowd: Crowd, wanted: Mapping[PersonId, Values]) -> set[PersonId]:
    """Return whose change of tags WeCom has to show, or takes the place of what a person put on."""
    return {
        root
        for root, values in wanted.items()
        if _is_shown(ctx, crowd.tags.get(root, NO_TAGGINGS).own, values)
    }


def _is_shown(ctx: Context, own: Mapping[str, Tagging], values: Values) -> bool:
    for name in changes(own, values):
        spec = ctx.tags.book.specs.get(name)
        is_by_rule = name not in own or own[name].source is TagSource.RULE
        if not is_by_rule or (spec is not None and spec.corp_group):
            return True
    return False
