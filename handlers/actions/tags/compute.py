"""Computed tags of those to whom something happened: once per person and unit of work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from domain.columns.days import Moments
from domain.columns.persons import Behaviour, Columns, columns_in_order
from domain.messages import Timer
from domain.outcomes import TagsChanged
from domain.tags.due import Arrival
from domain.tags.evaluate import Values
from domain.tags.standing import standing_of
from domain.tags.tagging import Tagging, TagSource
from domain.values import PersonId
from storage.moments import from_micros, to_micros

if TYPE_CHECKING:
    from domain.columns.values import Item
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

#: Timer that looks again when time alone may have moved a tag within the day.
TURN_TIMER = "tag_turn"


def retag(work: UnitOfWork, ctx: Context) -> bool:
    """Compute the live tags of whoever was touched, as of ``work.now``; False for nobody.

    Only tags that speak of what is new, or of time, are computed; those who need the
    same ones are computed together.
    """
    arrivals = _arrivals(work)
    alike: defaultdict[frozenset[str], list[PersonId]] = defaultdict(list)
    for root, arrival in arrivals.items():
        if names := ctx.tags.due(arrival):
            alike[names].append(root)
    for names, roots in alike.items():
        _compute(work, ctx, roots, names)
    return bool(alike)


def retag_all(work: UnitOfWork, ctx: Context, roots: Sequence[PersonId]) -> None:
    """Compute every tag, live or daily, of loaded persons; what no definition stands for goes."""
    _compute(work, ctx, roots, frozenset(ctx.tags.book.specs))
    for root in roots:
        gone = [
            name
            for name, tagging in work.tags.own(root).items()
            if tagging.source is TagSource.RULE and name not in ctx.tags.book.specs
        ]
        put_values(work, ctx, root, dict.fromkeys(gone))


def _arrivals(work: UnitOfWork) -> dict[PersonId, Arrival]:
    by_hand: defaultdict[PersonId, set[str]] = defaultdict(set)
    for person_id, name in work.tags.take_put_by_hand():
        by_hand[work.people.root(person_id).id].add(name)
    touched = work.touched.take()
    turned = {work.people.root(one).id for one in work.take_to_tag()}
    found: dict[PersonId, Arrival] = {}
    for root in sorted({*touched, *by_hand, *turned}):
        touch = touched.get(root)
        found[root] = Arrival(
            kinds=frozenset(touch.kinds) if touch else frozenset(),
            tags=frozenset(by_hand[root]),
            has_facts=touch is not None and touch.has_facts,
            is_turn=root in turned,
            is_whole=touch is not None and touch.is_joined,
        )
    return found


def _compute(
    work: UnitOfWork, ctx: Context, roots: Sequence[PersonId], names: Collection[str]
) -> None:
    if not roots or not names:
        return
    plan = ctx.tags.plan(frozenset(names))
    attributes = plan.attributes | ctx.tags.moving_attributes
    people = [behaviour_of(work, root, attributes) for root in roots]
    # Histories of the unit of work are in order already, and free of repeats.
    columns = columns_in_order(
        [person.events for person in people],
        ctx.zone,
        interactions=ctx.events.interactions(),
        facts=[person.facts for person in people],
        tags=[person.tags for person in people],
        properties=plan.properties | ctx.tags.moving_properties,
    )
    moments = Moments.at(work.now, ctx.zone)
    for root, values in zip(roots, plan.run(columns, moments), strict=True):
        put_values(work, ctx, root, values)
    _set_turns(work, ctx, roots, columns)


def behaviour_of(
    work: UnitOfWork, root: PersonId, attributes: Collection[str] | None = None
) -> Behaviour:
    """Return what expressions may speak of: events, facts with those of the newest lead, tags.

    ``attributes`` names the facts that will be asked for; None is all of them.
    """
    tags = {name: tagging.value for name, tagging in work.tags_of(root).items()}
    facts: dict[str, Item] = {}
    if attributes or attributes is None:
        facts = standing_of(work.people.whole(root), work.leads_of(root), attributes)
    return Behaviour(work.history_of(root), facts, tags)


def changes(has: Mapping[str, Tagging], values: Values) -> list[str]:
    """Return the names of computed values that are others than what somebody has."""
    found = []
    for name, value in values.items():
        before = has.get(name)
        is_ours = before is not None and before.source is TagSource.RULE
        if value is None:
            if is_ours:
                found.append(name)
        elif not is_ours or (before and before.value) != value:
            found.append(name)
    return found


def put_values(work: UnitOfWork, ctx: Context, root: PersonId, values: Values) -> None:
    """Keep the values that are others than before; None takes a computed tag off."""
    changed = changes(work.tags.own(root), values)
    for name in changed:
        value, spec = values[name], ctx.tags.book.specs.get(name)
        if value is None:
            work.tags.take(root, name, TagSource.RULE)
        else:
            version = spec.version if spec else 0
            work.tags.put(Tagging(root, name, value, TagSource.RULE, work.now, version))
    if changed:
        work.happened(TagsChanged(root, tuple(changed)))


def _set_turns(work: UnitOfWork, ctx: Context, roots: Sequence[PersonId], columns: Columns) -> None:
    """Look again where time alone may move a tag before the day ends; at midnight all are."""
    if ctx.tags.horizon is None:
        return
    midnight = midnight_after(work, ctx)
    horizons = ctx.tags.horizon.run(columns, Moments.at(work.now, ctx.zone))
    for root, horizon in zip(roots, horizons.tolist(), strict=True):
        if horizon < to_micros(midnight):
            turn_at(work, root, horizon)


def turn_at(work: UnitOfWork, root: PersonId, us: int) -> None:
    """Look again at the tags of somebody at a microsecond since 1970."""
    work.set_timer(Timer(TURN_TIMER, root, from_micros(us), f"{TURN_TIMER}:{root}"))


def midnight_after(work: UnitOfWork, ctx: Context) -> datetime:
    """Return when the next business day begins."""
    tomorrow = work.now.astimezone(ctx.zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), ctx.zone)
