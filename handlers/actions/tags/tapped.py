"""A tap on the card of a person's tags: one is put on or taken off, and the card drawn anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.lead import Lead
from domain.lifecycle.transitions import Actor
from domain.messages import CardUpdate
from domain.tags.tagging import TagSource
from domain.values import Refusal
from handlers.actions.answer import Tap
from handlers.actions.look_up import may_see
from handlers.actions.show import tell, update_card
from handlers.actions.tags.by_hand import PutBy, put_on, take_off
from handlers.actions.tags.show import PUT, tag_card

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork


async def tap_tag(
    work: UnitOfWork, ctx: Context, lead: Lead, word: str, who: tuple[Actor, Tap]
) -> None:
    """Put the tag of ``word`` (``+name``) on or take it (``-name``) off, for who may see the lead.

    A repeated tap finds the tag as it is to be, and only shows the card.
    """
    actor, tap = who
    sign, name = word[:1], word[1:]
    result: object = Refusal("lead_not_yours")
    if may_see(lead, actor):
        by = PutBy(TagSource.HAND, tap.userid)
        change = put_on if sign == PUT else take_off
        result = change(work, ctx, lead.person_id, name, by)
    if isinstance(result, Refusal) and result.code != "tag_not_there":
        work.refused("card", result.code)
        text = ctx.words.get(f"refusals.{result.code}", detail=result.detail)
        tell(work, ctx, tap.userid, text, cause=tap.cause)
        update = CardUpdate(tap.response_code, (tap.userid,), ctx.words.get("offer.void"))
    else:
        card = tag_card(work, ctx, lead, tap.cause)
        update = CardUpdate(tap.response_code, (tap.userid,), card=card)
        await work.records.commanded(
            tap.userid, "tag", "done", dedupe_key=f"tag:{tap.cause}", at=tap.at
        )
    update_card(work, ctx, tap.userid, update, cause=tap.cause)
