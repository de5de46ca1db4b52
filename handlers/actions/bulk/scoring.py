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
from domain.tags.due import Arrival
from domain.values import LeadId, PersonId
from handlers.actions.bulk.behaviours import behaviours, otherwise_tagged, wish_of
from handlers.actions.bulk.sheets import Crowd, Standing, moments_of, sheet_of, wish_for
from handlers.actions.bulk.tagging import put_quietly, shown_in_wecom
from handlers.reactions import settle
from storage.population.histories import Histories, histories
from storage.repositories.leads import write_scores

if TYPE_CHECKING:
    from datetime import datetime

    from domain.scoring.basis import Basis
    from domain.tags.evaluate import Values
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

_FACTS = Arrival(has_facts=True)


async def score_people(work: UnitOfWork, ctx: Context, roots: Sequence[PersonId]) -> None:
    """Score all open leads of some persons as of ``work.now``; nothing is committed.

    A score that is as it was is not written. The unit of work must be a fresh one:
    nobody of them may be loaded.
    """
    rules = await ctx.rulebook.refresh(work.tx)
    await ctx.tag_keeper.refresh(work.tx)
    names = ctx.tags.due(_FACTS)
    spoken_of = {tag for name in names for tag in ctx.tags.book.specs[name].mentions.tags}
    crowd = await Crowd.read(work, roots, tags=names | spoken_of)
    standings = crowd.open_leads()
    if not standings:
        return
    wish = wish_for([rules], ctx.zone)
    if names:
        wish = wish_of(ctx, ctx.tags.plan(names).properties | wish.properties)
    piece = await histories(work.tx, roots, wish)
    fresh, busy = _scored(work, ctx, piece, crowd, standings)
    tags = _otherwise_tagged(work, ctx, (piece, crowd), fresh, names)
    busy |= shown_in_wecom(ctx, crowd, tags)
    await put_quietly(work, ctx, {r: v for r, v in tags.items() if r not in busy})
    await _write(work, [one for one in fresh if one.root not in busy])
    if busy:
        await work.load_people(busy)
        for root in sorted(busy):
            work.rescore(root)
        await settle(work, ctx)


@dataclass(frozen=True, slots=True)
class _Fresh:
    """A lead with its new score, and what that rests on besides events."""

    root: PersonId
    lead: Lead
    basis: Basis
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
    at = moments_of(piece, standings, work.now)
    sheet = sheet_of(piece, crowd, standings, ctx.rules)
    ratings = sheet.rate(at)
    may_turn = ratings.may_turn().tolist()
    fresh = [
        _Fresh(one.root, one.lead, basis, state, moment)
        for one, basis, state, moment in zip(
            standings, sheet.bases, ratings.states, at, strict=True
        )
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
    columns = behaviours(piece, after, ctx.events.interactions(), plan.attributes)
    found = plan.run(columns, Moments.at(work.now, ctx.zone))
    values = dict(zip(piece.roots.tolist(), found, strict=True))
    return otherwise_tagged(after, values, is_whole=False)


def _with_scores(
    crowd: Crowd, fresh: Sequence[_Fresh]
) -> Iterator[tuple[PersonId, Sequence[Lead]]]:
    states: Mapping[LeadId, ScoreState] = {one.lead.id: one.state for one in fresh}
    for root, leads in crowd.leads.items():
        yield root, [replace(one, score=states.get(one.id, one.score)) for one in leads]


async def _write(work: UnitOfWork, fresh: Sequence[_Fresh]) -> None:
    found = []
    for one in fresh:
        mark = work.bases.note(one.lead, one.basis, one.at)
        if one.is_new or mark != one.lead.basis_mark:
            found.append((one.lead.id, one.state, mark))
    await write_scores(work.tx, found)
    await work.bases.load_keys()
