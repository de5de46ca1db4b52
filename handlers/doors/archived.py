"""Archived messages and mentions of the AI bot: what is said where Clew cannot write."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from domain.channels.attribution import Origin
from domain.identity.keys import platform_claim
from handlers.actions.intake import open_lead, recognise
from handlers.actions.listen import hear, message_facts
from handlers.actions.objecting import note_words
from handlers.actions.record import occurrence, record
from handlers.chat.contacts import NEWS_FOR
from handlers.chat.employees import employee_wrote
from handlers.routing import Router
from handlers.updates.aibot import BotMessage
from handlers.updates.archive import ArchivedMessage, ArchiveNotified
from handlers.updates.base import external_key, looks_external
from handlers.updates.content import Text
from handlers.updates.employee import EmployeeMessage

if TYPE_CHECKING:
    from domain.person import Person
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

router = Router("archived")

#: ``action`` of a line that somebody said, as against taken back.
_SENT = "send"
_MENTION = re.compile(r"@\S+\s*")


@router.on(ArchivedMessage)
async def archived(update: ArchivedMessage, work: UnitOfWork, ctx: Context) -> None:
    """Take in what a customer said to a member; what the member said is kept as contact.

    Nobody is answered: the archive only listens. What was taken back stays said. Whoever
    nobody knew of becomes a lead: added, or in a group, before Clew could see it.
    """
    if update.action != _SENT:
        return
    kind = type(update.content).__name__.lower()
    if looks_external(update.sender):
        claims = [platform_claim(external_key(update.sender), update.at)]
        person = await recognise(work, claims)
        _ensure_lead(update, work, ctx, person)
        facts = message_facts(update.text, kind) | await note_words(work, ctx, person, update.text)
        record(work, ctx, person.id, occurrence(update, "archive_message", facts, update.text))
        if update.text:
            await hear(work, ctx, person, update, update.text)
        return
    outside = update.contact_keys()
    if len(outside) == 1 and not update.room_id:
        person = await recognise(work, [platform_claim(outside[0], update.at)])
        _ensure_lead(update, work, ctx, person)
        record(work, ctx, person.id, occurrence(update, "archive_reply", {"userid": update.sender}))


def _ensure_lead(update: ArchivedMessage, work: UnitOfWork, ctx: Context, person: Person) -> None:
    """Open a lead for somebody who has none: what is said to a rep is no new chance by itself.

    The group is the channel, else WeCom without a word. Old lines, of which an archive that
    is read for the first time has thousands, must not flood the reps with cards.
    """
    if update.at < work.now - NEWS_FOR:
        work.hold_offers(person.id)
    if work.leads_of(person.id):
        return
    origin = Origin.GROUP if update.room_id else Origin.WECOM_STATE
    touch = ctx.catalog.attribution.touch(origin, update.room_id, update.at)
    open_lead(work, ctx, person, touch)


@router.on(ArchiveNotified)
async def archive_notified(update: ArchiveNotified, work: UnitOfWork, ctx: Context) -> None:
    """Let whoever reads the archive know nothing: it looks by itself (``clew archive --watch``)."""
    del update, work, ctx


@router.on(BotMessage)
async def bot_asked(update: BotMessage, work: UnitOfWork, ctx: Context) -> None:
    """Carry out what a member asks of the bot; the answer goes to the member alone.

    In a group the bot is named first, and others read along: what is shown of leads
    is nobody else's business.
    """
    if not update.userid or update.corp_id:
        return
    asked = EmployeeMessage(
        source=update.source,
        at=update.at,
        dedupe_key=update.dedupe_key,
        userid=update.userid,
        msgid=update.msgid,
        content=Text(_MENTION.sub("", update.text).strip()),
    )
    await employee_wrote(asked, work, ctx)
