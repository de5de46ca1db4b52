"""Two persons turn out to be one: join them, in a way that can be undone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from domain.identity.duplicates import Duplicate, duplicates, with_touches
from domain.lead import Lead
from domain.lifecycle.transitions import SYSTEM
from domain.outcomes import PersonsJoined
from domain.values import PersonId, Refusal
from handlers.actions.advance import INVALIDATE, advance
from handlers.actions.record import Occurrence, record
from handlers.actions.show import name_of, tell, tell_managers

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

#: Reason of the transition that closes what came in twice.
DUPLICATE = "duplicate"


async def join(work: UnitOfWork, one: PersonId, other: PersonId) -> None:
    """Link the younger of two persons to the older one.

    Nothing is rewritten but the root of the younger's group: events and
    identities stay with the person as they came in, so ending the link
    restores both.
    """
    older, younger = sorted(
        (work.people.root(one), work.people.root(other)),
        key=lambda person: (person.created_at, person.id),
    )
    if older.id == younger.id:
        return
    for member in work.people.group(younger.id):
        work.people.put(replace(member, root_id=older.id))
    await work.records.linked(younger.id, older.id, "same_key", work.now)
    work.rescore(older.id)
    work.happened(PersonsJoined(older.id))


async def join_leads(outcome: PersonsJoined, work: UnitOfWork, ctx: Context) -> None:
    """Let one lead per product line go on where two persons brought one each.

    The other one is closed and keeps all it has; what the merge changes about the
    one that goes on is written down, so that both can be restored.
    """
    for pair in duplicates(work.leads_of(outcome.person_id)):
        if pair.is_disputed:
            await _tell_of_dispute(work, ctx, pair)
        elif not isinstance(
            advance(work, ctx, pair.other.id, INVALIDATE, SYSTEM, DUPLICATE), Refusal
        ):
            _join_lead(work, ctx, pair.other, work.leads.get(pair.kept.id))


def _join_lead(work: UnitOfWork, ctx: Context, other: Lead, kept: Lead) -> None:
    facts = {"lead": str(kept.id), "duplicate": str(other.id), **_before(kept)}
    key = f"lead_merged:{kept.id}:{other.id}"
    record(work, ctx, kept.person_id, Occurrence("lead_merged", work.now, key, properties=facts))
    work.leads.put(with_touches(kept, other))
    if kept.owner and kept.accepted_at:
        channel = other.last_touch.channel if other.last_touch else ""
        content = ctx.words.get(
            "lead.came_again",
            name=name_of(work, ctx, kept.person_id),
            channel=ctx.catalog.channels.name_of(channel),
        )
        tell(work, ctx, kept.owner, content, cause=key, joins=True)


def _before(lead: Lead) -> dict[str, str]:
    """Return what a merge may change about a lead, as it is before."""
    facts = {"created_at": lead.created_at.isoformat()}
    for which, touch in (("first", lead.first_touch), ("last", lead.last_touch)):
        if touch:
            facts |= {
                f"{which}_channel": touch.channel,
                f"{which}_state": touch.state,
                f"{which}_at": touch.at.isoformat(),
            }
    return facts


async def _tell_of_dispute(work: UnitOfWork, ctx: Context, pair: Duplicate) -> None:
    content = ctx.words.get(
        "lead.disputed",
        name=name_of(work, ctx, pair.kept.person_id),
        owner=await work.organisation.name_of(pair.kept.owner or ""),
        other=await work.organisation.name_of(pair.other.owner or ""),
    )
    cause = f"disputed:{pair.kept.id}:{pair.other.id}"
    await tell_managers(work, ctx, content, cause=cause)
