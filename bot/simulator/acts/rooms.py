"""Customer groups: members come and go (fact sheet 2.4)."""

from __future__ import annotations

from bot.simulator import callbacks, payloads
from bot.simulator.acts.stage import ActRefused, No, check_text, customer_of, employee_of
from bot.simulator.seed import open_group
from bot.simulator.wire.xml import Field
from bot.simulator.world.groups import Group, GroupMember, Side
from bot.simulator.world.windows import ConversationKind, Message, MessageKind, Said
from bot.simulator.world.world import World

#: ``JoinScene`` of the event and ``join_scene`` of the member who scanned the group's code.
BY_QR = 3
BY_INVITATION = 1


class Rooms:
    """Creating, joining, leaving, renaming, dismissing, talking."""

    def __init__(self, world: World) -> None:
        """Act in ``world``."""
        self._world = world

    def create(self, name: str, owner: str) -> Group:
        """Let a member create a customer group."""
        employee = employee_of(self._world, owner)
        group = open_group(self._world, self._world.ids.word("wr"), name, employee.userid)
        self._world.hub.publish("group", group=group.as_json())
        self._tell(group, "create")
        return group

    def join(self, customer: str, chat_id: str, join_scene: int = BY_QR) -> None:
        """Let a customer join; ``join_scene`` 3 by QR, 0 invited by a member."""
        person = customer_of(self._world, customer)
        group = self._group(chat_id)
        if customer in group.members:
            raise ActRefused(No.ALREADY_IN_GROUP, person.name)
        group.members[customer] = GroupMember(
            id=customer,
            side=Side.EXTERNAL,
            name=person.name,
            joined_at=self._world.now,
            join_scene=join_scene or BY_INVITATION,
            unionid=person.unionid,
            invitor="" if join_scene == BY_QR else group.owner,
        )
        self._changed(group, "joined_group", person.name)
        self._update(group, "add_member", customer, ("JoinScene", join_scene))

    def scan(self, customer: str, config_id: str) -> str:
        """Let a customer scan a join way's code; return the group it led into.

        Raises:
            ActRefused: there is no such code, or none of its groups is there any more.
        """
        way = self._world.join_ways.get(config_id)
        alive = [chat for chat in way.chat_ids if chat in self._world.groups] if way else []
        if way is None or not alive:
            raise ActRefused(No.UNKNOWN_GROUP, config_id)
        self.join(customer, alive[0])
        self._world.groups[alive[0]].members[customer].state = way.state
        return alive[0]

    def leave(self, customer: str, chat_id: str, quit_scene: int = 0) -> None:
        """Let a customer leave; ``quit_scene`` 0 left, 1 removed by the owner."""
        group = self._group(chat_id)
        member = group.members.pop(customer, None)
        if member is None:
            raise ActRefused(No.NOT_IN_GROUP, customer)
        self._changed(group, "left_group", member.name)
        self._update(group, "del_member", customer, ("QuitScene", quit_scene))

    def rename(self, chat_id: str, name: str) -> None:
        """Let the owner rename the group; the event's counts mean nothing then."""
        group = self._group(chat_id)
        group.name = name
        self._world.hub.publish("group", group=group.as_json())
        self._changed(group, "group_renamed", name)
        detail: list[Field] = [
            ("UpdateDetail", "change_name"),
            ("JoinScene", 0),
            ("QuitScene", 0),
            ("MemChangeCnt", 0),
        ]
        self._tell(group, "update", detail)

    def dismiss(self, chat_id: str) -> None:
        """Let the owner dismiss the group."""
        group = self._group(chat_id)
        self._changed(group, "group_dismissed", group.name)
        del self._world.groups[chat_id]
        self._tell(group, "dismiss")

    def say(self, chat_id: str, sender: str, text: str) -> Message:
        """Talk in the group; no app can read it."""
        check_text(text)
        group = self._group(chat_id)
        if sender not in group.members:
            raise ActRefused(No.NOT_IN_GROUP, sender)
        return self._world.windows.show(_window(group), sender, Said(MessageKind.TEXT, text))

    def _group(self, chat_id: str) -> Group:
        group = self._world.groups.get(chat_id)
        if group is None:
            raise ActRefused(No.UNKNOWN_GROUP, chat_id)
        return group

    def _changed(self, group: Group, line: str, name: str) -> None:
        windows = self._world.windows
        windows.open(_window(group), ConversationKind.GROUP, group.name, list(group.members))
        windows.tell(_window(group), self._world.texts.line(line, name=name))

    def _update(self, group: Group, detail: str, member: str, scene: tuple[str, int]) -> None:
        before, group.version = group.version, group.version + 1
        fields: list[Field] = [
            ("UpdateDetail", detail),
            scene,
            ("MemChangeCnt", 1),
            ("MemChangeList", [("Item", member)]),
            ("LastMemVer", f"v{before}"),
            ("CurMemVer", f"v{group.version}"),
        ]
        self._tell(group, "update", fields)

    def _tell(self, group: Group, change: str, body: list[Field] | None = None) -> None:
        fields = payloads.group_event(self._world, group.chat_id, change, body or [])
        callbacks.tell_corp(self._world, fields)


def _window(group: Group) -> str:
    return f"group:{group.chat_id}"
