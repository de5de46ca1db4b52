"""Take a merge apart: both sides are again what they were, but for what was done since."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from domain.identity.ledger import Image, image_of, put_back_kept, regrouped, reopened
from domain.lead import Lead
from domain.outcomes import StageChanged
from domain.values import LeadId, PersonId, Refusal
from handlers.actions.record import Occurrence, record

if TYPE_CHECKING:
    from domain.lifecycle.transitions import Actor
    from handlers.context import Context
    from storage.repositories.merges import MergeChange, MergeLink
    from storage.unit_of_work import UnitOfWork

#: Name under which a lead that a merge closed is opened again.
UNMERGE = "unmerge"
NO_SUCH_MERGE = "no_such_merge"


async def unmerge(
    work: UnitOfWork, ctx: Context, link_id: int, actor: Actor
) -> MergeLink | Refusal:
    """End the link: persons, leads and their touches become what they were (dedup.md).

    Events and identities were never moved: they follow whom they came through. What
    was learned since stays with the older person; silence asked for holds for both.
    The two are kept apart from then on.
    """
    link = await work.merges.link_of(link_id)
    if link is None:
        return Refusal(NO_SUCH_MERGE)
    await work.load_people([link.from_id, link.to_id])
    members = work.people.group(link.from_id)
    roots = await _roots_without(work, link)
    await _put_leads_back(work, roots)
    silent_since = work.people.whole(link.from_id).opted_out_at
    for member in members:
        fresh = replace(work.people.get(member.id), root_id=roots[member.id])
        if silent_since and roots[member.id] == member.id:
            fresh = replace(fresh, opted_out_at=fresh.opted_out_at or silent_since)
        work.people.put(fresh)
    await work.merges.end(link.id, work.now)
    await work.merges.keep_apart(link.from_id, link.to_id, actor.name, work.now)
    for root in sorted(set(roots.values())):
        work.rescore(root)
        key = f"persons_unmerged:{link.id}:{root}"
        what = Occurrence("persons_unmerged", work.now, key, properties={"by": actor.name})
        record(work, ctx, root, what)
    return link


async def _roots_without(work: UnitOfWork, link: MergeLink) -> dict[PersonId, PersonId]:
    members = work.people.group(link.from_id)
    links = await work.merges.links_among(member.id for member in members)
    return regrouped(members, [(x.from_id, x.to_id) for x in links if x.id != link.id])


async def _put_leads_back(work: UnitOfWork, roots: Mapping[PersonId, PersonId]) -> None:
    """Undo what merges did to pairs of leads whose persons part now."""
    leads = {lead.id: lead for lead in work.leads.of(roots)}
    changes = list(await work.merges.changes_of(leads))
    parting = [c for c in changes if not c.is_undone and _part(c, leads, roots)]
    if not parting:
        return
    for change in reversed(parting):
        closed = leads[change.lead_id]
        _open_again(work, reopened(closed, _image(change.before), _image(change.after)))
    ended = {change.id for change in parting}
    changes = [replace(c, is_undone=c.is_undone or c.id in ended) for c in changes]
    waiting = deque((c.kept_id, _image(c.before)) for c in parting)
    left: defaultdict[LeadId, list[Image]] = defaultdict(list)
    while waiting:  # what leaves a lead may also leave the one into which that lead came
        kept_id, image = waiting.popleft()
        left[kept_id].append(image)
        before = work.leads.get(kept_id)
        after = _without(work, before, left[kept_id], changes)
        if image_of(after) != image_of(before):
            work.leads.put(after)
            above = [c.kept_id for c in changes if c.lead_id == kept_id and not c.is_undone]
            waiting += [(one, image_of(before)) for one in above]
    await work.merges.undone(ended, work.now)
    await work.merges.scatter([change.lead_id for change in parting], work.now)


def _part(
    change: MergeChange, leads: Mapping[LeadId, Lead], roots: Mapping[PersonId, PersonId]
) -> bool:
    pair = (change.lead_id, change.kept_id)
    return all(one in leads for one in pair) and len({roots[leads[x].person_id] for x in pair}) > 1


def _without(
    work: UnitOfWork, kept: Lead, left: Sequence[Image], changes: Sequence[MergeChange]
) -> Lead:
    ours = [change for change in changes if change.kept_id == kept.id]
    return put_back_kept(
        kept,
        gone=[*left, *(_image(c.before) for c in ours if c.is_undone)],
        staying=[image_of(work.leads.get(c.lead_id)) for c in ours if not c.is_undone],
        befores=[_image(c.kept_before) for c in ours],
    )


def _open_again(work: UnitOfWork, lead: Lead) -> None:
    before = work.leads.get(lead.id)
    if before.stage is not lead.stage:
        moved = StageChanged(lead.id, before.stage, lead.stage, UNMERGE, "system", UNMERGE)
        work.happened(moved)
    work.leads.put(lead)


def _image(text: str) -> Image:
    return msgspec.json.decode(text, type=dict[str, str | None])
