"""Score the leads of many persons anew, and write what differs with a statement per table.

Leads whose score sets nothing off (they are not mature and do not become it, and time
alone will not move them over the pass mark) are worked out and written as columns. The
others, and whoever's tags speak of what changed, go the ordinary way in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.changing import replace
from domain.columns.days import Moments
from domain.lead import Lead, ScoreState
from domain.tags.due import Arrival, due
from domain.values import LeadId, PersonId
from handlers.actions.bulk.behaviours import behaviours, otherwise_tagged, wish_of
from handlers.actions.bulk.sheets import Crowd, Standing, sheet_of, wish_for
from handlers.actions.bulk.tagging import put_quietly, shown_in_wecom
from handlers.reactions import settle
from storage.moments import from_micros
from storage.population.histories import Histories, histories
from storage.queries.roots import roots_of_leads
from storage.repositories.leads import write_scores

if TYPE_CHECKING:
    from datetime import datetime

    from domain.tags.evaluate import Values
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

_FACTS = Arrival(has_facts=True)


@dataclass(frozen=True, slots=True)
class Scored:
    """How many leads were looked at, and how many persons went the ordinary way."""

    leads: int = 0
    ordinary: int = 0


async def score_leads(work: UnitOfWork, ctx: Context, lead_ids: Sequence[LeadId]) -> Scored:
    """Score some leads, with all other open leads of their persons; nothing is committed.

    The unit of work must be a fresh one: nobody of them may be loaded.
    """
    return await score_people(work, ctx, await roots_of_leads(work.tx, lead_ids))


async def score_people(work: UnitOfWork, ctx: Context, roots: Sequence[PersonId]) -> Scored:
    """Score all open leads of some persons as of ``work.now``; nothing is committed.

    A score that is as it was is not written. The unit of work must be a fresh one:
    nobody of them may be loaded.
    """
    rules = await ctx.rulebook.refresh(work.tx)
    await ctx.tag_keeper.refresh(work.tx)
    names = due(ctx.tags.needs, _FACTS)
    spoken_of = {tag for name in names for tag in ctx.tags.book.specs[name].mentions.tags}
    crowd = await Crowd.read(work, roots, tags=names | spoken_of)
    standings = crowd.open_leads()
    if not standings:
        return Scored()
    wish = wish_for([rules], ctx.zone)
    if names:
        properties = ctx.tags.plan(names).properties | wish.properties
        wish = replace(wish_of(ctx, properties), zone=wish.zone)
    piece = await histories(work.tx, roots, wish)
    fresh, busy = _scored(work, ctx, piece, crowd, standings)
    tags = _otherwise_tagged(work, ctx, (piece, crowd), fresh, names)
    busy |= shown_in_wecom(ctx, crowd, tags)
    await put_quietly(work, ctx, {r: v for r, v in tags.items() if r not in busy})
    await _write(work, crowd, [one for one in fresh if one.root not in busy])
    if busy:
        await work.load_people(busy)
        for root in sorted(busy):
            work.rescore(root)
        await settle(work, ctx)
    return Scored(len(standings), len(busy))


@dataclass(frozen=True, slots=True)
class _Fresh:
    """A lead with its new score."""

    root: PersonId
    lead: Lead
    state: ScoreState
    at: datetime

    @property
    def is_new(self) -> bool:
        """Tell whether anything but the moment is other than it was."""
        return self.state != replace(self.lead.score, scored_at=self.at)


def _scored(
    work: UnitOfWork,
    ctx: Context,
    piece: Histories,
    crowd: Crowd,
    standings: Sequence[Standing],
) -> tuple[list[_Fresh], set[PersonId]]:
    """Return new scores, and who has to go the ordinary way."""
    received = dict(zip(piece.roots.tolist(), piece.received.tolist(), strict=True))
    at = [max(work.now, from_micros(received[one.root])) for one in standings]
    sheet = sheet_of(piece, crowd, standings, ctx.rules)
    states = sheet.rate(at)
    may_turn = sheet.may_turn(at, states).tolist()
    fresh = [
        _Fresh(one.root, one.lead, state, moment)
        for one, state, moment in zip(standings, states, at, strict=True)
    ]
    busy = {
        one.root
        for one, turns in zip(fresh, may_turn, strict=True)
        if turns or one.lead.score.is_mature
    }
    return fresh, busy


def _otherwise_tagged(
    work: UnitOfWork,
    ctx: Context,
    who: tuple[Histories, Crowd],
    fresh: Sequence[_Fresh],
    names: frozenset[str],
) -> dict[PersonId, Values]:
    """Return the live tags that are others with the new scores, by person."""
    if not names:
        return {}
    piece, crowd = who
    plan = ctx.tags.plan(names)
    after = Crowd(crowd.people, dict(_with_scores(crowd, fresh)), crowd.tags)
    columns = behaviours(piece, after, wish_of(ctx, plan.properties))
    found = plan.run(columns, Moments.at(work.now, ctx.zone))
    values = dict(zip(piece.roots.tolist(), found, strict=True))
    differing = otherwise_tagged(piece, after, found, is_whole=False)
    return {root: values[root] for root in differing}


def _with_scores(
    crowd: Crowd, fresh: Sequence[_Fresh]
) -> Iterator[tuple[PersonId, Sequence[Lead]]]:
    states: Mapping[LeadId, ScoreState] = {one.lead.id: one.state for one in fresh}
    for root, leads in crowd.leads.items():
        yield root, [replace(one, score=states.get(one.id, one.score)) for one in leads]


async def _write(work: UnitOfWork, crowd: Crowd, fresh: Sequence[_Fresh]) -> None:
    found = []
    for one in fresh:
        basis = crowd.basis_of(Standing(one.root, one.lead))
        mark = work.bases.note(one.lead, basis, one.at)
        if one.is_new or mark != one.lead.basis_mark:
            found.append((one.lead.id, one.state, mark))
    await write_scores(work.tx, found)
    await work.bases.load_keys()
