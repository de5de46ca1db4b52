"""Two persons side by side: what a human looks at before they merge them, or take them apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec

from domain.values import LeadId
from handlers.actions.dedup.cards import masked_contact
from handlers.actions.merge import MANUAL, SAME_KEY
from handlers.actions.portray import moment_words
from storage.queries.reviews import latest_merges

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from domain.events.event import Event
    from domain.lead import Lead
    from domain.person import Person
    from domain.values import PersonId
    from handlers.context import Context
    from storage.repositories.merges import MergeLink, Review
    from storage.unit_of_work import UnitOfWork

#: Facts that are shown beside name and contact, in this order.
_FACTS = ("company", "position", "city", "child_grade", "birthday")


@dataclass(frozen=True, slots=True)
class Reason:
    """A field that speaks for the two being one, or against it, and how much, in bits."""

    field: str
    bits: float


@dataclass(frozen=True, slots=True)
class SideLead:
    """A lead of one side, in words."""

    id: LeadId
    words: str


@dataclass(frozen=True, slots=True)
class Side:
    """One of two persons in words; the phone is masked.

    ``rows`` are what is known of them as pairs of label and value.
    """

    person_id: PersonId
    name: str
    rows: tuple[tuple[str, str], ...]
    leads: tuple[SideLead, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two persons who may be one: ``likely`` is the chance from 0 to 1, None without a score."""

    review: int
    one: Side
    other: Side
    since: datetime
    likely: float | None
    reasons: tuple[Reason, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Merged:
    """A merge that holds: which two, since when, and why in words."""

    link: int
    one: Side
    other: Side
    since: datetime
    why: str


async def pairs_waiting(
    work: UnitOfWork, ctx: Context, limit: int, offset: int = 0
) -> tuple[Pair, ...]:
    """Return what waits for a decision, the surest first."""
    reviews = await work.merges.open_reviews(limit, offset)
    await work.load_people(p for r in reviews for p in (r.doubt.person_id, r.doubt.other_id))
    return tuple([await _pair(work, ctx, review) for review in reviews])


async def merges_latest(
    work: UnitOfWork, ctx: Context, limit: int, offset: int = 0
) -> tuple[Merged, ...]:
    """Return the merges that hold, the latest first; each side as it came in, on its own."""
    links = await latest_merges(work.tx, limit, offset)
    await work.load_people(p for link in links for p in (link.from_id, link.to_id))
    return tuple([await _merged(work, ctx, link) for link in links])


def weights_of(review: Review) -> tuple[Reason, ...]:
    """Return the fields that were weighed, the strongest first; none where a rule alone speaks."""
    return tuple(reason for reason in _reasons(review) if reason.bits)


def why_in_words(ctx: Context, review: Review) -> str:
    """Return why two persons may be one: fields, with the weight of each that has one."""
    said = [
        ctx.words.get("review.reason", field=_field(ctx, reason.field), bits=f"{reason.bits:+.0f}")
        for reason in weights_of(review)
    ]
    if said:
        return ctx.words.get("list.and").join(said)
    fields = [_field(ctx, reason.field) for reason in _reasons(review)]
    if not fields:
        return ctx.words.get("review.shared_claim")
    return ctx.words.get("review.alike", fields=ctx.words.get("list.and").join(fields))


def _reasons(review: Review) -> list[Reason]:
    if not review.doubt.reasons:
        return []
    found = msgspec.json.decode(review.doubt.reasons, type=list[tuple[str, int, float]])
    return [Reason(name, bits) for name, _, bits in sorted(found, key=lambda r: -r[2])]


def _field(ctx: Context, name: str) -> str:
    return ctx.words.get(f"field.{name}")


def rule_in_words(ctx: Context, reason: str) -> str:
    """Return why two persons were merged: in words, or the id of the rule of the table."""
    known = {SAME_KEY: "review.same_key", MANUAL: "review.by_hand"}
    if reason in known:
        return ctx.words.get(known[reason])
    rule = ctx.catalog.dedup.named(reason)
    fields = [_field(ctx, name) for name in rule.fields] if rule else []
    if not fields:
        return ctx.words.get("review.by_rule", rule=reason)
    return ctx.words.get("review.equal", fields=ctx.words.get("list.and").join(fields))


async def _pair(work: UnitOfWork, ctx: Context, review: Review) -> Pair:
    doubt = review.doubt
    weighed = weights_of(review)
    return Pair(
        review.id,
        await _whole(work, ctx, doubt.person_id),
        await _whole(work, ctx, doubt.other_id),
        review.created_at,
        2**doubt.score / (1 + 2**doubt.score) if weighed and doubt.score is not None else None,
        weighed,
        "" if weighed else why_in_words(ctx, review),
    )


async def _whole(work: UnitOfWork, ctx: Context, person_id: PersonId) -> Side:
    side = await _side(work, ctx, work.people.whole(person_id), work.leads_of(person_id))
    return _seen(ctx, side, work.history_of(person_id))


async def _merged(work: UnitOfWork, ctx: Context, link: MergeLink) -> Merged:
    leads_of, history_of = work.leads.of, work.events.history
    older, younger = [
        _seen(ctx, await _side(work, ctx, work.people.get(p), leads_of([p])), history_of([p]))
        for p in (link.to_id, link.from_id)
    ]
    return Merged(link.id, older, younger, link.since, rule_in_words(ctx, link.reason))


def _seen(ctx: Context, side: Side, history: Sequence[Event]) -> Side:
    """Add when they were last in touch."""
    last = max((event.event_at for event in history), default=None)
    if last is None:
        return side
    return replace(side, rows=(*side.rows, (ctx.words.get("pair.seen"), moment_words(last, ctx))))


async def _side(work: UnitOfWork, ctx: Context, person: Person, leads: Sequence[Lead]) -> Side:
    facts = [(name, person.attributes.get(name)) for name in _FACTS]
    kinds = dict.fromkeys(identity.key.kind for identity in person.identities)
    rows = [
        (ctx.words.get("field.phone"), masked_contact(person)),
        *((ctx.words.get(f"field.{name}"), fact.value) for name, fact in facts if fact),
        (
            ctx.words.get("pair.accounts"),
            ctx.words.get("list.and").join(ctx.words.get(f"identity.{kind}") for kind in kinds),
        ),
        (ctx.words.get("pair.since"), moment_words(person.created_at, ctx)),
    ]
    shown = [SideLead(lead.id, await _lead_line(work, ctx, lead)) for lead in leads]
    name = person.name or ctx.words.get("card.nameless")
    return Side(person.id, name, tuple(row for row in rows if row[1]), tuple(shown))


async def _lead_line(work: UnitOfWork, ctx: Context, lead: Lead) -> str:
    owner = await work.organisation.name_of(lead.owner) if lead.owner else ""
    channel = ctx.catalog.channels.name_of(lead.first_touch.channel) if lead.first_touch else ""
    parts = (ctx.words.get(f"stage.{lead.stage}"), owner or ctx.words.get("case.nobody"), channel)
    return ctx.words.get("card.separator").join(filter(None, parts))
