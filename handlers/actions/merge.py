"""Two persons turn out to be one: join them, in a way that can be undone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from domain.identity.duplicates import Duplicate, duplicates, with_touches
from domain.identity.ledger import image_of
from domain.lead import Lead
from domain.lifecycle.transitions import SYSTEM
from domain.outcomes import PersonsJoined
from domain.values import PersonId, Refusal
from handlers.actions.advance import INVALIDATE, advance
from handlers.actions.dedup.treat import Again, came_again
from handlers.actions.record import Occurrence, record
from handlers.actions.show import name_of, tell_managers
from storage.repositories.merges import MergeChange

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

#: Reason of a merge by an equal identity.
SAME_KEY = "same_key"
#: Reason of a merge that a human decided.
MANUAL = "manual"
#: Reason of the transition that closes what came in twice.
DUPLICATE = "duplicate"


async def join(work: UnitOfWork, one: PersonId, other: PersonId, rule: str = SAME_KEY) -> bool:
    """Link the younger of two persons to the older one; False when there is nothing to link.

    Nothing is rewritten but the root of the younger's group: events and
    identities stay with the person as they came in, so ending the link
    restores both. Whom a human keeps apart is not joined.
    """
    older, younger = sorted(
        (work.people.root(one), work.people.root(other)),
        key=lambda person: (person.created_at, person.id),
    )
    if older.id == younger.id:
        return False
    groups = [[member.id for member in work.people.group(p.id)] for p in (older, younger)]
    if await work.merges.are_apart(*groups):
        return False
    for member in work.people.group(younger.id):
        work.people.put(replace(member, root_id=older.id))
    link = await work.merges.link(younger.id, older.id, rule, work.now)
    work.rescore(older.id)
    work.happened(PersonsJoined(older.id, "" if rule in {SAME_KEY, MANUAL} else rule, link))
    return True


async def join_leads(outcome: PersonsJoined, work: UnitOfWork, ctx: Context) -> None:
    """Let one lead per product line go on where two persons brought one each.

    The other one is closed and keeps all it has; what the merge changes about both
    is written down, so that they can be restored. Then the rule that found the
    duplicate says what happens to it.
    """
    for pair in duplicates(work.leads_of(outcome.person_id)):
        if pair.is_disputed:
            await _tell_of_dispute(work, ctx, pair)
        elif not isinstance(
            advance(work, ctx, pair.other.id, INVALIDATE, SYSTEM, DUPLICATE), Refusal
        ):
            kept = work.leads.get(pair.kept.id)
            await _write_down(work, outcome.link, pair.other, kept)
            _join_lead(work, ctx, pair.other, kept)
            await came_again(work, ctx, _again(work, ctx, outcome.rule, pair))


async def _write_down(work: UnitOfWork, link: int, other: Lead, kept: Lead) -> None:
    closed = work.leads.get(other.id)
    images = (image_of(other), image_of(closed), image_of(kept))
    before, after, kept_before = (msgspec.json.encode(image).decode() for image in images)
    change = MergeChange(work.ids.next(), other.id, kept.id, before, after, kept_before)
    await work.merges.changed(link, change)


def _join_lead(work: UnitOfWork, ctx: Context, other: Lead, kept: Lead) -> None:
    facts = {"lead": str(kept.id), "duplicate": str(other.id), **_before(kept)}
    key = f"lead_merged:{kept.id}:{other.id}:{work.ids.next()}"
    record(work, ctx, kept.person_id, Occurrence("lead_merged", work.now, key, properties=facts))
    work.leads.put(with_touches(kept, other))


def _again(work: UnitOfWork, ctx: Context, rule_id: str, pair: Duplicate) -> Again:
    rules = ctx.catalog.dedup
    kinds = [i.key.kind for i in work.people.whole(pair.kept.person_id).identities]
    seen_at = pair.kept.last_touch.at if pair.kept.last_touch else pair.kept.created_at
    rule = rules.named(rule_id) or rules.for_identities(kinds, seen_at, work.now)
    touch = pair.other.last_touch
    return Again(
        lead_id=pair.kept.id,
        rule=rule,
        channel=touch.channel if touch else "",
        key=f"{pair.kept.id}:{pair.other.id}",
        at=work.now,
        duplicate=pair.other.id,
    )


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
