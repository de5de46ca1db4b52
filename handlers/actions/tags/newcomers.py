"""Tags that whoever is new has for having done nothing: an order count of 0, the last layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.tags.due import Arrival
from domain.tags.tagging import TagSource
from handlers.actions.tags.compute import put_values

if TYPE_CHECKING:
    from domain.values import PersonId
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork


def dress(work: UnitOfWork, ctx: Context) -> None:
    """Give new persons the live tags of which nothing that is known of them speaks.

    Events and facts bring about only the tags that speak of them, so the others would
    be missing until midnight.
    """
    nothing = ctx.tags.of_nobody
    for person in work.people.loaded():
        if person.root_id != person.id or work.people.before(person.id) is not None:
            continue
        if not nothing.keys() <= work.tags.own(person.id).keys():
            told_of = _spoken_of(work, ctx, person.id)
            missing = {name: nothing[name] for name in nothing.keys() - told_of}
            put_values(work, ctx, person.id, missing)


def _spoken_of(work: UnitOfWork, ctx: Context, root: PersonId) -> frozenset[str]:
    """Return the tags that are computed for what has happened or is known."""
    kinds = frozenset(event.kind for event in work.history_of(root))
    tags = work.tags_of(root).values()
    others = frozenset(one.name for one in tags if one.source is not TagSource.RULE)
    return ctx.tags.due(Arrival(kinds, others, has_facts=True))
