"""The review queue: weak matches that a manager merges or keeps apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.buttons import Button, Verb
from domain.lifecycle.transitions import Actor
from domain.messages import Card, CardButton, CardRow
from domain.values import PersonId, Refusal, Role
from handlers.actions.dedup.cards import answer_card, masked_contact, show_card
from handlers.actions.dedup.pairs import rule_in_words, weights_of, why_in_words
from handlers.actions.dedup.unmerge import unmerge
from handlers.actions.merge import MANUAL, join
from handlers.actions.show import name_of
from storage.queries.reviews import latest_merges
from storage.repositories.merges import MergeLink, Review, ReviewState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from handlers.actions.answer import Tap
    from handlers.actions.asked import Asked
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

#: Cards shown at once: the rest comes when these are decided.
MOST_AT_ONCE = 5
#: Who may say that two persons are one.
DECIDERS = frozenset({Role.MANAGER, Role.ADMIN})
ALREADY_DECIDED = "review_decided"
MANAGERS_ONLY = "role_not_allowed"
KEPT_APART = "kept_apart"
_PRIMARY, _PLAIN, _WARNING = 1, 2, 3


async def show_reviews(work: UnitOfWork, ctx: Context, asked: Asked) -> int:
    """Send a card for each open review, the surest first; return how many there are."""
    reviews = await work.merges.open_reviews(MOST_AT_ONCE + 1)
    shown = reviews[:MOST_AT_ONCE]
    await work.load_people(p for r in shown for p in (r.doubt.person_id, r.doubt.other_id))
    for review in shown:
        show_card(work, ctx, asked.userid, _review_card(work, ctx, review, asked.cause))
    return len(reviews)


def _review_card(work: UnitOfWork, ctx: Context, review: Review, cause: str) -> Card:
    doubt = review.doubt
    names = [name_of(work, ctx, person) for person in (doubt.person_id, doubt.other_id)]
    score = f"{doubt.score:.1f}" if weights_of(review) and doubt.score is not None else ""
    return Card(
        title=ctx.words.get("review.title", one=names[0], other=names[1]),
        task_id=f"review-{review.id}-{cause}",
        source=ctx.words.get("review.source"),
        description=ctx.words.get("review.score", score=score) if score else "",
        rows=(
            *(
                CardRow(ctx.words.get(key), _line(work, ctx, person))
                for key, person in (
                    ("review.one", doubt.person_id),
                    ("review.other", doubt.other_id),
                )
            ),
            CardRow(ctx.words.get("review.why"), why_in_words(ctx, review)),
        ),
        buttons=(
            _button(ctx, Verb.MERGE, review.id, _PRIMARY),
            _button(ctx, Verb.APART, review.id, _PLAIN),
        ),
    )


def _line(work: UnitOfWork, ctx: Context, person_id: PersonId) -> str:
    person = work.people.whole(person_id)
    company = person.attributes.get("company")
    parts = [masked_contact(person), company.value if company else ""]
    leads = [lead for lead in work.leads_of(person_id) if lead.is_open]
    parts += [ctx.words.get(f"stage.{leads[0].stage}")] if leads else []
    return ctx.words.get("card.separator").join(filter(None, parts))


def _button(ctx: Context, verb: Verb, about: int, style: int) -> CardButton:
    return CardButton(ctx.words.get(f"button.{verb}"), Button(verb, about).key, style)


# ------------------------------------------------------------------ decisions


async def decide_review(
    work: UnitOfWork, review_id: int, verb: Verb, actor: Actor
) -> ReviewState | Refusal:
    """Merge the two persons of a review, or keep them apart; only once, only by a manager."""
    if not actor.roles & DECIDERS:
        return Refusal(MANAGERS_ONLY)
    review = await work.merges.review(review_id)
    state = ReviewState.MERGED if verb is Verb.MERGE else ReviewState.APART
    if review is None or review.state is not ReviewState.OPEN:
        return Refusal(ALREADY_DECIDED)
    await work.load_people([review.doubt.person_id, review.doubt.other_id])
    if state is ReviewState.MERGED and not await _joined(work, review):
        return Refusal(KEPT_APART)
    await work.merges.decide(review_id, state, actor.name, work.now)
    return state


async def put_off(work: UnitOfWork, review_id: int, actor: Actor) -> Refusal | None:
    """Let a pair come behind all others; only a manager may, and only while it is open."""
    if not actor.roles & DECIDERS:
        return Refusal(MANAGERS_ONLY)
    return None if await work.merges.put_off(review_id, work.now) else Refusal(ALREADY_DECIDED)


async def take_apart(
    work: UnitOfWork, ctx: Context, link_id: int, actor: Actor
) -> MergeLink | Refusal:
    """Undo a merge; only a manager may."""
    if not actor.roles & DECIDERS:
        return Refusal(MANAGERS_ONLY)
    return await unmerge(work, ctx, link_id, actor)


async def _joined(work: UnitOfWork, review: Review) -> bool:
    one, other = review.doubt.person_id, review.doubt.other_id
    if work.people.root(one).id == work.people.root(other).id:
        return True
    return await join(work, one, other, MANUAL)


async def press_review(
    work: UnitOfWork, ctx: Context, button: Button, actor: Actor, tap: Tap
) -> None:
    """Answer a tap on 合并 or 不是同一人."""
    decided = await decide_review(work, button.about, button.verb, actor)
    done = "" if isinstance(decided, Refusal) else f"review.done_{decided.value}"
    answer_card(work, ctx, tap, done, decided if isinstance(decided, Refusal) else None)


# ------------------------------------------------------------------ taking apart


async def show_merges(work: UnitOfWork, ctx: Context, asked: Asked, person_id: PersonId) -> int:
    """Send a card for each merge of a person, the latest first, with a button to undo it."""
    members = [member.id for member in work.people.group(person_id)]
    links = (await work.merges.links_among(members))[::-1]
    _show(work, ctx, asked, links[:MOST_AT_ONCE])
    return len(links)


async def show_latest_merges(work: UnitOfWork, ctx: Context, asked: Asked) -> int:
    """Send a card for each of the latest merges of anybody; return how many there are."""
    links = await latest_merges(work.tx, MOST_AT_ONCE + 1)
    await work.load_people(p for link in links for p in (link.from_id, link.to_id))
    _show(work, ctx, asked, links[:MOST_AT_ONCE])
    return len(links)


def _show(work: UnitOfWork, ctx: Context, asked: Asked, links: Iterable[MergeLink]) -> None:
    for link in links:
        show_card(work, ctx, asked.userid, _merge_card(work, ctx, link, asked.cause))


def _merge_card(work: UnitOfWork, ctx: Context, link: MergeLink, cause: str) -> Card:
    names = [
        work.people.get(p).name or ctx.words.get("card.nameless")
        for p in (link.from_id, link.to_id)
    ]
    moment = link.since.astimezone(ctx.zone)
    return Card(
        title=ctx.words.get("unmerge.title", one=names[0], other=names[1]),
        task_id=f"unmerge-{link.id}-{cause}",
        source=ctx.words.get("review.source"),
        description=ctx.words.get("unmerge.note"),
        rows=(
            CardRow(ctx.words.get("unmerge.when"), f"{moment:%Y-%m-%d %H:%M}"),
            CardRow(ctx.words.get("review.why"), rule_in_words(ctx, link.reason)),
        ),
        buttons=(_button(ctx, Verb.UNMERGE, link.id, _WARNING),),
    )


async def press_unmerge(
    work: UnitOfWork, ctx: Context, button: Button, actor: Actor, tap: Tap
) -> None:
    """Answer a tap on 撤销合并."""
    ended = await take_apart(work, ctx, button.about, actor)
    refusal = ended if isinstance(ended, Refusal) else None
    answer_card(work, ctx, tap, "" if refusal else "unmerge.done", refusal)
