"""Archived messages and mentions of the AI bot: what is said where Clew cannot write."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from domain.identity.keys import platform_claim
from handlers.actions.intake import recognise
from handlers.actions.listen import hear, message_facts
from handlers.actions.objecting import note_words
from handlers.actions.record import occurrence, record
from handlers.chat.employees import employee_wrote
from handlers.routing import Router
from handlers.updates.aibot import BotMessage
from handlers.updates.archive import ArchivedMessage, ArchiveNotified
from handlers.updates.base import external_key, looks_external
from handlers.updates.content import Text
from handlers.updates.employee import EmployeeMessage

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

router = Router("archived")

#: ``action`` of a line that somebody said, as against taken back.
_SENT = "send"
_MENTION = re.compile(r"@\S+\s*")


@router.on(ArchivedMessage)
async def archived(update: ArchivedMessage, work: UnitOfWork, ctx: Context) -> None:
    """Take in what a customer said to a member; what the member said is kept as contact.

    Nobody is answered: the archive only listens. What was taken back stays said.
    """
    if update.action != _SENT:
        return
    kind = type(update.content).__name__.lower()
    if looks_external(update.sender):
        claims = [platform_claim(external_key(update.sender), update.at)]
        person = await recognise(work, claims)
        facts = message_facts(update.text, kind) | await note_words(work, ctx, person, update.text)
        record(work, ctx, person.id, occurrence(update, "archive_message", facts, update.text))
        if update.text:
            await hear(work, ctx, person, update, update.text)
        return
    outside = update.contact_keys()
    if len(outside) == 1 and not update.room_id:
        person = await recognise(work, [platform_claim(outside[0], update.at)])
        record(work, ctx, person.id, occurrence(update, "archive_reply", {"userid": update.sender}))


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
