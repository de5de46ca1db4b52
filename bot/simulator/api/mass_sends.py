"""Mass-send tasks: create, list, ask how far they are, remind, cancel (fact sheet 3.7)."""

from __future__ import annotations

from collections import defaultdict
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from bot.simulator.acts import broadcasts
from bot.simulator.api import attachments, lookups
from bot.simulator.api.gateway import Answer, Ask, Endpoint, Strict
from bot.simulator.api.refusal import (
    BAD_MASS_SEND,
    MASS_SEND_OVER,
    TOO_MANY_REMINDERS,
    Code,
    Refused,
)
from bot.simulator.config import Right
from bot.simulator.moments import unix
from bot.simulator.world.mass_sends import DAY, Assignment, ChatType, MassSend, Target
from bot.simulator.world.world import World

CALLERS = frozenset({Right.CUSTOMERS})
#: Longest text in bytes (3.7, of send_welcome_msg; unverified).
MAX_TEXT = 4000
#: ``status`` of get_groupmsg_task.
UNSENT, SENT = 0, 2
Limit = Annotated[int, Meta(ge=1, le=1000)]


class MassText(Strict):
    """The text part."""

    content: str


class AddMassSend(Strict):
    """Body of add_msg_template; ``allow_select`` is taken but nobody selects."""

    chat_type: ChatType = ChatType.SINGLE
    external_userid: Annotated[tuple[str, ...], Meta(max_length=10_000)] = ()
    sender: str = ""
    text: MassText | None = None
    attachments: Annotated[tuple[attachments.Attachment, ...], Meta(max_length=9)] = ()
    allow_select: bool = False


class ListMassSends(Strict):
    """Body of get_groupmsg_list_v2; moments are unix seconds."""

    chat_type: ChatType
    start_time: int
    end_time: int
    creator: str = ""
    filter_type: int = 2
    limit: Annotated[int, Meta(ge=1, le=100)] = 50
    cursor: str = ""


class TaskQuery(Strict):
    """Body of get_groupmsg_task."""

    msgid: str
    limit: Limit = 500
    cursor: str = ""


class ResultQuery(Strict):
    """Body of get_groupmsg_send_result."""

    msgid: str
    userid: str
    limit: Limit = 500
    cursor: str = ""


class OneMassSend(Strict):
    """Body of remind_groupmsg_send and cancel_groupmsg_send."""

    msgid: str


def add(ask: Ask[AddMassSend]) -> Answer:
    """Create a task for members to confirm; 41048 when it reaches nobody."""
    body, world = ask.body, ask.world
    text = body.text.content if body.text else ""
    if not text and not body.attachments:
        raise Refused(Code.BAD_PARAMETER, "text and attachments are both empty")
    if text:
        lookups.check_text(text, longest=MAX_TEXT)
    shown = [attachments.shown(world, attachment) for attachment in body.attachments]
    shares, failed = _shares(world, body)
    if not shares:
        raise Refused(Code.MASS_SEND_NOBODY, "no customer to send")
    task = MassSend(
        msgid=world.ids.word("msg"),
        chat_type=body.chat_type,
        text=text,
        attachments=[_wire(attachment) for attachment in body.attachments],
        shown=shown,
        created_at=world.now,
        assignments={userid: Assignment(userid, targets) for userid, targets in shares.items()},
    )
    world.mass_sends.tasks[task.msgid] = task
    broadcasts.assign(world, task)
    return {"fail_list": failed, "msgid": task.msgid}


def get_list(ask: Ask[ListMassSends]) -> Answer:
    """Return the tasks of a span, all made by the corp."""
    body = ask.body
    found = [
        _summary(task)
        for task in ask.world.mass_sends.tasks.values()
        if task.chat_type is body.chat_type
        and body.start_time <= unix(task.created_at) <= body.end_time
    ]
    page, cursor = lookups.page(found, body.cursor, body.limit)
    return {"group_msg_list": page, "next_cursor": cursor}


def get_task(ask: Ask[TaskQuery]) -> Answer:
    """Return which members have confirmed."""
    task = _task(ask.world, ask.body.msgid)
    listed = [
        {"userid": one.userid, "status": SENT, "send_time": unix(one.sent_at)}
        if one.sent_at
        else {"userid": one.userid, "status": UNSENT}
        for one in task.assignments.values()
    ]
    page, cursor = lookups.page(listed, ask.body.cursor, ask.body.limit)
    return {"task_list": page, "next_cursor": cursor}


def get_result(ask: Ask[ResultQuery]) -> Answer:
    """Return what became of each receiver; 41063 right after creation."""
    world, body = ask.world, ask.body
    task = _task(world, body.msgid)
    if world.now - task.created_at < world.config.limits.mass_send_ready_after:
        raise Refused(Code.MASS_SEND_NOT_READY, "group msg not ready")
    share = next(
        (s for u, s in task.assignments.items() if u.casefold() == body.userid.casefold()), None
    )
    if share is None:
        raise Refused(BAD_MASS_SEND, "userid is not a sender of this msgid")
    page, cursor = lookups.page(share.targets, body.cursor, body.limit)
    return {"send_list": [_result(share, target) for target in page], "next_cursor": cursor}


def remind(ask: Ask[OneMassSend]) -> Answer:
    """Remind the members who have not confirmed: three times within 24 hours."""
    world, task = ask.world, _open_task(ask.world, ask.body.msgid)
    lately = [at for at in task.reminded if world.now - at < DAY]
    if len(lately) >= world.config.limits.mass_send_reminders:
        raise Refused(TOO_MANY_REMINDERS, "remind too often")
    task.reminded.append(world.now)
    broadcasts.remind(world, task)
    return {}


def cancel(ask: Ask[OneMassSend]) -> Answer:
    """Withdraw the task from the members who have not confirmed."""
    broadcasts.cancel(ask.world, _open_task(ask.world, ask.body.msgid))
    return {}


def _shares(world: World, body: AddMassSend) -> tuple[dict[str, list[Target]], list[str]]:
    """Return the receivers per sending member, and the ids that nobody can send to."""
    shares: defaultdict[str, list[Target]] = defaultdict(list)
    sender = lookups.employee(world, body.sender).userid if body.sender else ""
    if body.chat_type is ChatType.GROUP:
        groups = [g for g in world.groups.values() if g.owner == sender]
        shares[sender] = [Target(chat_id=group.chat_id) for group in groups]
        return {userid: targets for userid, targets in shares.items() if targets}, []
    own = [follow.external_userid for follow in world.relations.of_member(sender)]
    wanted = body.external_userid or own
    failed = []
    for customer in wanted:
        follows = [f for f in world.relations.of_customer(customer) if not f.is_half]
        userid = next((f.userid for f in follows if sender in ("", f.userid)), "")
        if world.directory.find(userid) is None:
            failed.append(customer)
        else:
            shares[userid].append(Target(external_userid=customer))
    return dict(shares), failed


def _task(world: World, msgid: str) -> MassSend:
    task = world.mass_sends.tasks.get(msgid)
    if task is None:
        raise Refused(BAD_MASS_SEND, "invalid msgid")
    return task


def _open_task(world: World, msgid: str) -> MassSend:
    task = _task(world, msgid)
    if not task.open_assignments:
        raise Refused(MASS_SEND_OVER, "group msg has been sent or cancelled")
    return task


def _wire(attachment: attachments.Attachment) -> dict[str, object]:
    wire: dict[str, object] = msgspec.to_builtins(attachment)
    return {key: value for key, value in wire.items() if value is not None}


def _summary(task: MassSend) -> dict[str, object]:
    return {
        "msgid": task.msgid,
        "creator": "",
        "create_time": unix(task.created_at),
        "create_type": 0,
        "text": {"content": task.text},
        "attachments": task.attachments,
    }


def _result(share: Assignment, target: Target) -> dict[str, object]:
    wire: dict[str, object] = {"userid": share.userid, "status": target.status.value}
    if target.chat_id:
        wire["chat_id"] = target.chat_id
    else:
        wire["external_userid"] = target.external_userid
    if share.sent_at:
        wire["send_time"] = unix(share.sent_at)
    return wire


BASE = "/cgi-bin/externalcontact"
ENDPOINTS: tuple[Endpoint[Any], ...] = (
    Endpoint("POST", f"{BASE}/add_msg_template", AddMassSend, add, CALLERS),
    Endpoint("POST", f"{BASE}/get_groupmsg_list_v2", ListMassSends, get_list, CALLERS),
    Endpoint("POST", f"{BASE}/get_groupmsg_task", TaskQuery, get_task, CALLERS),
    Endpoint("POST", f"{BASE}/get_groupmsg_send_result", ResultQuery, get_result, CALLERS),
    Endpoint("POST", f"{BASE}/remind_groupmsg_send", OneMassSend, remind, CALLERS),
    Endpoint("POST", f"{BASE}/cancel_groupmsg_send", OneMassSend, cancel, CALLERS),
)
