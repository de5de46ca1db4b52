"""Message archive: the notice and one decrypted line (fact sheet 2.9)."""

from __future__ import annotations

from collections.abc import Mapping

from bot.wecom.parse.arrival import Arrival, Builder
from bot.wecom.parse.content import archive_content
from handlers.updates import ArchivedMessage, ArchiveNotified, Other, Update


def _notified(arrival: Arrival) -> Update:
    arrival.fields.drop("AgentID")
    return ArchiveNotified(**arrival.common())


NOTICES: Mapping[str, Builder] = {"msgaudit_notify": _notified}


def build_line(arrival: Arrival) -> Update:
    """Return the update of one archived line; a member switching corp has no content."""
    fields = arrival.fields
    msgid, action = fields.need("msgid"), fields.text("action")
    kind, sequence = fields.text("msgtype"), fields.text("seq")
    recalled = fields.view("revoke").see("pre_msgid")
    content = archive_content(kind, fields) if kind else Other(action, "")
    return ArchivedMessage(
        msgid=msgid,
        action=action,
        sender=fields.text("from") or fields.text("user"),
        receivers=fields.texts("tolist"),
        content=content,
        room_id=fields.text("roomid"),
        recalled_msgid=recalled,
        is_external=msgid.endswith("_external"),
        **arrival.common(sequence),
    )
