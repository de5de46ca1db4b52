"""Persons laid out for tags and segments: events, facts with those of the newest lead, tags."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import numpy as np

from domain.changing import replace
from domain.columns.laying import lay_out
from domain.tags.standing import standing_of
from domain.values import PersonId
from handlers.actions.bulk.sheets import Crowd
from handlers.actions.tags.compute import changes
from storage.population.histories import Histories, Wish
from storage.population.people import NO_TAGGINGS

if TYPE_CHECKING:
    from domain.columns.persons import Columns
    from domain.tags.evaluate import Values
    from handlers.context import Context


def wish_of(ctx: Context, properties: frozenset[str]) -> Wish:
    """Return what of histories expressions look at that read ``properties`` of events."""
    return Wish(ctx.zone, ctx.events.interactions(), properties)


def behaviours(
    piece: Histories, crowd: Crowd, interactions: Collection[str], attributes: Collection[str]
) -> Columns:
    """Return the persons of a piece as expressions see them that read ``attributes`` alone.

    ``interactions`` are the kinds of events that count as interaction.
    """
    roots: list[PersonId] = piece.roots.tolist()
    facts = [
        standing_of(crowd.people[root], crowd.leads.get(root, ()), attributes)
        for root in (roots if attributes else ())
    ]
    tags = [crowd.tags.get(root, NO_TAGGINGS).values for root in roots]
    shown = [kind in interactions for kind in piece.columns.kinds]
    return replace(
        piece.columns,
        facts=lay_out(facts),
        tags=lay_out(tags),
        is_interaction=np.array(shown, dtype=np.bool_),
    )


def otherwise_tagged(
    crowd: Crowd, found: Mapping[PersonId, Values], *, is_whole: bool
) -> dict[PersonId, Values]:
    """Return the tags of whoever's computed tags are not what was found.

    With ``is_whole`` a computed tag of which nothing was found is wrong too, and None.
    """
    wanted: dict[PersonId, Values] = {}
    for root, values in found.items():
        own = crowd.tags.get(root, NO_TAGGINGS).own
        whole = {**dict.fromkeys(own), **values} if is_whole else values
        if changes(own, whole):
            wanted[root] = whole
    return wanted
