"""查重, 报备, 审核 and 撤销合并 in chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.chat.command import Command
from domain.chat.extract import Fields, extract_fields
from domain.cleaning.phone import normalise_phone
from domain.values import Refusal
from handlers.actions.asked import Asked, reply
from handlers.actions.dedup.cards import show_card
from handlers.actions.dedup.cases import register
from handlers.actions.dedup.check import Wanted, check
from handlers.actions.dedup.look_up_card import look_up_card
from handlers.actions.dedup.review import (
    MOST_AT_ONCE,
    show_latest_merges,
    show_merges,
    show_reviews,
)
from handlers.actions.look_up import Missed, find_lead
from storage.repositories.cases import CaseKind

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

#: Address of the page that shows the queue and the latest merges.
PAGE = "/reviews"


def _say(asked: Asked, work: UnitOfWork, ctx: Context, key: str, **values: object) -> None:
    reply(asked, work, ctx, ctx.words.get(key, **values))


async def look_up(command: Command, asked: Asked, work: UnitOfWork, ctx: Context) -> None:
    """Say whether a person or company is there already, with what can be done about it."""
    text = command.arguments.lead
    wanted = wanted_of(text)
    found = await check(work, ctx, asked.actor, wanted)
    if isinstance(found, Refusal):
        key = "look_up.who" if found.code == "nothing_to_look_up" else f"refusals.{found.code}"
        _say(asked, work, ctx, key, detail=found.detail)
    elif not found:
        _say(asked, work, ctx, "look_up.none", wanted=text)
    else:
        show_card(work, ctx, asked.userid, look_up_card(ctx, asked, text, found))


def wanted_of(text: str) -> Wanted:
    """Return what a look-up is about: identities in the text, else a company."""
    said = extract_fields(text)
    phone = normalise_phone(text)
    if not isinstance(phone, Refusal):
        return Wanted(phone=phone.e164)
    return Wanted(
        phone=said.phone[0].value if said.phone else "",
        wechat=said.wechat[0].value if said.wechat else "",
        email=said.email[0].value if said.email else "",
        company=_company(text, said),
    )


def _company(text: str, said: Fields) -> str:
    if said.company:
        return said.company[0].value
    has_identity = said.phone or said.wechat or said.email
    return "" if has_identity else text.strip()


async def register_lead(command: Command, asked: Asked, work: UnitOfWork, ctx: Context) -> None:
    """Register a customer: the managers decide whose they are."""
    done = await register(work, ctx, asked, command.arguments.lead)
    if isinstance(done, Refusal):
        _say(asked, work, ctx, f"refusals.{done.code}")
        return
    case, lead = done
    owner = await work.organisation.name_of(lead.owner) if lead.owner else ""
    key = "case.raised_dispute" if case.kind is CaseKind.DISPUTE else "case.raised_registration"
    _say(asked, work, ctx, key, owner=owner)


async def review(command: Command, asked: Asked, work: UnitOfWork, ctx: Context) -> None:
    """Show who may be the same, for a manager to decide."""
    del command
    count = await show_reviews(work, ctx, asked)
    if not count:
        _say(asked, work, ctx, "review.none")
    elif count > MOST_AT_ONCE:
        url = f"{ctx.accounts.public_url}{PAGE}"
        _say(asked, work, ctx, "review.more", count=MOST_AT_ONCE, url=url)


async def undo_merge(command: Command, asked: Asked, work: UnitOfWork, ctx: Context) -> None:
    """Show merges, each with a button that takes it apart: of a person, or the latest of all."""
    if not command.arguments.lead:
        count = await show_latest_merges(work, ctx, asked)
        url = f"{ctx.accounts.public_url}{PAGE}#merged"
        key = "unmerge.latest" if count else "unmerge.nothing"
        _say(asked, work, ctx, key, count=min(count, MOST_AT_ONCE), url=url)
        return
    found = await find_lead(work, ctx, asked.actor, command.arguments.lead)
    if isinstance(found, Missed):
        reply(asked, work, ctx, found.text)
    elif not await show_merges(work, ctx, asked, found.person_id):
        _say(asked, work, ctx, "unmerge.none", wanted=command.arguments.lead)
