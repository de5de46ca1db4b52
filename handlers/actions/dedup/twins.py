"""Something new is known of a person: does it show that somebody else is the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from domain.matching.linkage import Verdict
from domain.matching.profile import COMPANY, Profile, Twin, blocks, profile_of, twins
from domain.values import PersonId
from handlers.actions.merge import join
from storage.repositories.merges import Doubt

if TYPE_CHECKING:
    from domain.matching.company import CompanyKey
    from domain.matching.rules import DedupRules
    from domain.outcomes import PersonDescribed
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork


async def look_ahead(work: UnitOfWork, ctx: Context, people: Sequence[PersonId]) -> None:
    """Read at once what :func:`look_for_twins` is going to ask about many loaded persons.

    It finds the same as without: what the persons themselves change meanwhile is minded.
    """
    await ctx.aliases.refresh(work.tx)
    roots = dict.fromkeys(work.people.root(one).id for one in people)
    profiles = [_profile(work, ctx, root) for root in roots]
    await work.companies.store(_companies_of(profiles, ctx.dedup), work.now)
    keys = [key for profile in profiles for key in blocks(profile.values, ctx.dedup)]
    await work.blocks.look_ahead(people, keys)
    await work.load_people(sorted(work.blocks.ahead()))


def _companies_of(
    profiles: Iterable[Profile], rules: DedupRules
) -> Iterator[tuple[str, CompanyKey]]:
    for profile in profiles:
        name = profile.values.get(COMPANY, "")
        key = rules.aliases.key(name)
        if key.brand:
            yield name, key


async def look_for_twins(outcome: PersonDescribed, work: UnitOfWork, ctx: Context) -> None:
    """Join or doubt whoever the combined and fuzzy rules speak of, and be found by others."""
    if ctx.catalog.dedup.compared.isdisjoint(outcome.fields):
        return
    rules = ctx.dedup
    root = work.people.root(outcome.person_id)
    profile = _profile(work, ctx, root.id)
    if COMPANY in outcome.fields or root.company_id is None:
        await _know_company(work, ctx, root.id, profile)
    keys = blocks(profile.values, rules)
    if not keys:
        return
    own = keys
    if len(work.people.group(root.id)) > 1:
        alone = profile_of(work.people.get(outcome.person_id), profile.seen_at, rules)
        own = blocks(alone.values, rules)
    # Two processes that take in twins at once must see each other.
    await work.blocks.lock(keys)
    candidates = await work.blocks.sharing(keys, besides=root.id)
    await work.blocks.put(outcome.person_id, own)
    await work.load_people(candidates)
    others = dict.fromkeys(work.people.root(one).id for one in candidates)
    others.pop(root.id, None)
    profiles = [_profile(work, ctx, one) for one in others]
    for twin in twins(profile, profiles, rules, work.now):
        await _settle(work, root.id, twin)


async def _settle(work: UnitOfWork, person_id: PersonId, twin: Twin) -> None:
    if twin.verdict is Verdict.MERGE:
        await join(work, person_id, twin.person_id, twin.rule.id)
        return
    one, other = work.people.root(person_id), work.people.root(twin.person_id)
    groups = [[member.id for member in work.people.group(p.id)] for p in (one, other)]
    if one.id == other.id or await work.merges.are_apart(*groups):
        return
    reasons = [(r.field, r.level, round(r.bits, 2)) for r in twin.evidence.reasons]
    doubt = Doubt(
        one.id,
        other.id,
        twin.rule.id,
        round(twin.evidence.bits, 2),
        msgspec.json.encode(reasons).decode(),
    )
    await work.merges.doubt(doubt, work.now)


def _profile(work: UnitOfWork, ctx: Context, root_id: PersonId) -> Profile:
    person = work.people.whole(root_id)
    seen = [event.event_at for event in work.history_of(root_id)]
    return profile_of(person, max(seen, default=person.created_at), ctx.dedup)


async def _know_company(
    work: UnitOfWork, ctx: Context, root_id: PersonId, profile: Profile
) -> None:
    for name, key in _companies_of([profile], ctx.dedup):
        company_id = await work.companies.id_of(name, key, work.now)
        work.people.put(replace(work.people.root(root_id), company_id=company_id))
