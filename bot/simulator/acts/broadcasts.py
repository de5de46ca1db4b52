"""Mass-send tasks in the member's client: shown, confirmed, reminded of, withdrawn (3.7)."""

from __future__ import annotations

from collections.abc import Iterator

from bot.simulator.acts.stage import ActRefused, No, employee_of
from bot.simulator.world.mass_sends import Assignment, ChatType, MassSend, SendStatus, Target
from bot.simulator.world.windows import SYSTEM, ConversationKind, MessageKind, Said
from bot.simulator.world.world import World


class Broadcasts:
    """What a member does with the tasks the corp gave them."""

    def __init__(self, world: World) -> None:
        """Act in ``world``."""
        self._world = world

    def send(self, userid: str, msgid: str) -> list[SendStatus]:
        """Confirm a task: it goes into the chats; the platform skips who had their share.

        Raises:
            ActRefused: no such task for this member, or it is sent or cancelled.
        """
        world = self._world
        employee = employee_of(world, userid)
        task = world.mass_sends.tasks.get(msgid)
        share = task.assignments.get(employee.userid) if task else None
        if task is None or share is None:
            raise ActRefused(No.UNKNOWN_MASS_SEND, msgid)
        if share not in task.open_assignments:
            raise ActRefused(No.MASS_SEND_OVER, msgid)
        share.sent_at = world.now
        for target in share.targets:
            target.status = self._deliver(task, share, target)
        _close(world, share, "mass_sent")
        return [target.status for target in share.targets]

    def _deliver(self, task: MassSend, share: Assignment, target: Target) -> SendStatus:
        world = self._world
        if target.chat_id:
            window, is_there = f"group:{target.chat_id}", target.chat_id in world.groups
        else:
            window = f"friend:{target.external_userid}:{share.userid}"
            follow = world.relations.find(share.userid, target.external_userid)
            is_there = follow is not None and not (follow.was_left or follow.is_half)
        if not is_there:
            return SendStatus.NOT_A_CONTACT
        receiver = target.chat_id or target.external_userid
        if not world.mass_sends.take(receiver, world.config.limits, world.now):
            return SendStatus.GOT_OTHERS
        for said in _said(task):
            world.windows.show(window, share.userid, said)
        return SendStatus.SENT


def assign(world: World, task: MassSend) -> None:
    """Show each member their share, with the button that sends it."""
    text = world.texts.line
    for share in task.assignments.values():
        window = f"mass:{share.userid}"
        title = text("conversation_mass")
        world.windows.open(window, ConversationKind.MASS, title, [share.userid])
        key = "mass_send_single" if task.chat_type is ChatType.SINGLE else "mass_send_group"
        fields = {"userid": share.userid, "msgid": task.msgid}
        button = {"label": text("mass_send"), "act": "mass_send", "fields": fields}
        lines = [line for line in [task.text, *_titles(task)] if line]
        offer = {
            "title": text(key, count=len(share.targets)),
            "lines": lines,
            "buttons": [{**button, "for": share.userid}],
        }
        said = Said(MessageKind.OFFER, "", {"offer": offer})
        share.offer = world.windows.show(window, SYSTEM, said)


def remind(world: World, task: MassSend) -> None:
    """Remind the members who have not confirmed."""
    for share in task.open_assignments:
        world.windows.tell(f"mass:{share.userid}", world.texts.line("mass_reminded"))


def cancel(world: World, task: MassSend) -> None:
    """Take the task's button from the members who have not confirmed."""
    for share in task.open_assignments:
        _close(world, share, "mass_cancelled")
    task.is_cancelled = True


def _close(world: World, share: Assignment, line: str) -> None:
    if share.offer is not None:
        share.offer.replaced = world.texts.line(line)
        world.windows.changed(share.offer)


def _said(task: MassSend) -> Iterator[Said]:
    if task.text:
        yield Said(MessageKind.TEXT, task.text)
    yield from task.shown


def _titles(task: MassSend) -> list[str]:
    return [said.text for said in task.shown]
