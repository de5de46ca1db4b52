"""Copies what people say into the archive and tells Clew to pull (fact sheet 2.9)."""

from __future__ import annotations

from bot.simulator import callbacks, payloads
from bot.simulator.acts.stage import ActRefused, No, customer_of, employee_of
from bot.simulator.wire.xml import Field
from bot.simulator.world.archive import Archive, Consent, Line
from bot.simulator.world.relations import Pair
from bot.simulator.world.windows import Conversation, ConversationKind, Message, MessageKind
from bot.simulator.world.world import World

#: The archive is an application of its own.
ARCHIVE_AGENT = 2000004
#: Windows whose messages are archived: members with customers, alone or in groups.
ARCHIVED = frozenset({ConversationKind.FRIEND, ConversationKind.GROUP})


class Archivist:
    """Listens in the windows while the corp has bought the archive."""

    def __init__(self, world: World) -> None:
        """Act in ``world``; without an archive in its settings nothing is kept."""
        self._world = world
        if world.config.archive is not None:
            world.windows.on_show = self._keep

    def agree(self, customer: str, userid: str) -> None:
        """Let the customer agree: msg_audit_approved with a welcome code."""
        world = self._world
        pair = self._consent(customer, userid, Consent.AGREE)
        life = world.config.limits.welcome_life
        code = world.relations.welcome_codes.issue(pair, world.now, life)
        body: list[Field] = [("WelcomeCode", code)]
        callbacks.tell_corp(world, payloads.customer_event(world, "msg_audit_approved", pair, body))

    def disagree(self, customer: str, userid: str) -> None:
        """Let the customer disagree; nothing of this chat is kept from now on."""
        self._consent(customer, userid, Consent.DISAGREE)

    def recall(self, message_id: str) -> None:
        """Take an archived message back: one more line that names the first."""
        archive, found = self._world.archive, self._world.windows.find(message_id)
        msgid = archive.msgids.get(message_id)
        if found is None or msgid is None:
            raise ActRefused(No.UNKNOWN_MESSAGE, message_id)
        conversation, message = found
        line = self._world.texts.line("recalled", sender=message.sender)
        self._world.windows.tell(conversation.id, line)
        self._add(conversation, message, "recall", "revoke", {"pre_msgid": msgid})

    def notify(self) -> None:
        """Say that there are new lines, at most once in the archive's interval."""
        world, archive = self._world, self._world.archive
        every = world.config.limits.archive_notice_every
        is_early = archive.notified_at is not None and world.now - archive.notified_at < every
        if not archive.has_news or is_early:
            return
        archive.has_news, archive.notified_at = False, world.now
        body: list[Field] = [("AgentID", ARCHIVE_AGENT)]
        callbacks.tell_corp(world, payloads.corp_event(world, "msgaudit_notify", body))

    def _consent(self, customer: str, userid: str, consent: Consent) -> Pair:
        world = self._world
        pair = Pair(employee_of(world, userid).userid, customer_of(world, customer).external_userid)
        world.archive.consents[pair.userid, pair.external_userid] = (consent, world.now)
        return pair

    def _keep(self, conversation: Conversation, message: Message) -> None:
        if conversation.kind not in ARCHIVED or message.sender not in conversation.members:
            return
        if not self._is_allowed(conversation):
            return
        match message.kind:
            case MessageKind.TEXT | MessageKind.WELCOME:
                self._add(conversation, message, "send", "text", {"content": message.text})
            case MessageKind.LINK:
                link = message.body.get("link")
                part = dict(link) if isinstance(link, dict) else {}
                wire = {"title": part.get("title", ""), "description": part.get("desc", "")}
                wire["link_url"] = part.get("url", "")
                self._add(conversation, message, "send", "link", wire)
            case MessageKind.IMAGE:
                file = str(message.body.get("media_id", message.id))
                self._add(conversation, message, "send", "image", {"sdkfileid": file})
            case _:
                return

    def _is_allowed(self, conversation: Conversation) -> bool:
        if conversation.kind is ConversationKind.GROUP:
            return True
        customer, userid = conversation.members
        return self._world.archive.consent(userid, customer) is not Consent.DISAGREE

    def _add(
        self,
        conversation: Conversation,
        message: Message,
        action: str,
        msgtype: str,
        part: dict[str, object],
    ) -> None:
        world, archive = self._world, self._world.archive
        msgid = f"{world.ids.word('ar')}_external"
        seq = len(archive.lines) + 1
        wire = {"seq": seq, "msgid": msgid, "action": action, "from": message.sender}
        wire["tolist"] = [one for one in conversation.members if one != message.sender]
        is_room = conversation.kind is ConversationKind.GROUP
        wire["roomid"] = conversation.id.partition(":")[2] if is_room else ""
        wire["msgtime"] = int(world.now.timestamp() * 1000)
        wire |= {"msgtype": msgtype, msgtype: part}
        archive.msgids.setdefault(message.id, msgid)
        archive.lines.append(Line(seq, world.now, wire))
        archive.has_news = True
        self.notify()


def lines_after(archive: Archive, seq: int, limit: int) -> list[Line]:
    """Return up to ``limit`` lines that follow ``seq``."""
    return archive.lines[seq : seq + limit]
