"""Members in the corp app: writing, tapping menus and cards (fact sheet 2.1, 2.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.simulator import callbacks, payloads
from bot.simulator.acts.stage import ActRefused, No, check_text, employee_of
from bot.simulator.acts.tapping import Selected, Tap, read_tap
from bot.simulator.api.menus import buttons
from bot.simulator.wire.courier import Answer
from bot.simulator.wire.envelopes import Line
from bot.simulator.wire.replies import BadReply, read_reply
from bot.simulator.wire.xml import Field
from bot.simulator.world.app_chat import Sent
from bot.simulator.world.people import Employee
from bot.simulator.world.windows import CLEW, ConversationKind, Message, MessageKind, Said
from bot.simulator.world.world import World


class Members:
    """What a member does in the conversation with the app."""

    def __init__(self, world: World) -> None:
        """Act in ``world``."""
        self._world = world

    def say(self, userid: str, text: str) -> Message:
        """Write a text to the app."""
        check_text(text)
        return self.send(userid, "text", {"Content": text}, Said(MessageKind.TEXT, text))

    def send(self, userid: str, msg_type: str, body: Mapping[str, str], said: Said) -> Message:
        """Send a message of any type; ``body`` are the elements of fact sheet 2.1."""
        employee = employee_of(self._world, userid)
        message = self._world.windows.show(_window(employee), employee.userid, said)
        fields = payloads.app_message(self._world, employee.userid, msg_type, body)
        self._tell(employee, fields)
        return message

    def event(self, userid: str, event: str, body: Sequence[Field]) -> None:
        """Cause an event in the app (enter_agent, subscribe, LOCATION …)."""
        employee = employee_of(self._world, userid)
        fields = payloads.app_event(self._world, employee.userid, event, body)
        self._tell(employee, fields)

    def tap_menu(self, userid: str, key: str) -> None:
        """Tap a button of the app's menu, by key or url."""
        employee = employee_of(self._world, userid)
        for button in buttons(self._world.app.menu):
            if key in (button.get("key"), button.get("url")):
                break
        else:
            raise ActRefused(No.UNKNOWN_MENU, key)
        line = self._world.texts.line("tapped_menu", name=button.get("name", ""))
        self._world.windows.tell(_window(employee), line)
        is_view = button.get("type") == "view"
        self.event(userid, "view" if is_view else "click", [("EventKey", key)])

    def click(self, message_id: str, key: str, selected: Selected) -> None:
        """Tap a button (or menu entry) of a card; every tap brings a fresh response code.

        Raises:
            ActRefused: no such message, not a card with buttons, already replaced,
                or no such button or option on it.
        """
        world = self._world
        found = world.windows.find(message_id)
        if found is None:
            raise ActRefused(No.UNKNOWN_MESSAGE, message_id)
        conversation, message = found
        sent = world.app.sent_of(message_id)
        if conversation.kind is not ConversationKind.APP or sent is None:
            raise ActRefused(No.NOT_A_CARD, message_id)
        tap = read_tap(message, key, selected)
        employee = employee_of(world, conversation.members[0])
        world.windows.tell(conversation.id, world.texts.line("tapped_button", name=tap.label))
        self._tell(employee, self._tap_fields(employee, sent, tap), message)

    def _tap_fields(self, employee: Employee, sent: Sent, tap: Tap) -> list[Field]:
        world = self._world
        life = world.config.limits.response_code_life
        code = world.app.response_codes.issue(sent, world.now, life)
        body: list[Field] = [
            ("EventKey", tap.key),
            ("TaskId", tap.task_id),
            ("CardType", tap.card_type),
            ("ResponseCode", code),
        ]
        if tap.selected:
            body.append(("SelectedItems", [_selected_item(*item) for item in tap.selected]))
        return payloads.app_event(world, employee.userid, tap.event, body)

    def _tell(
        self, employee: Employee, fields: Sequence[Field], card: Message | None = None
    ) -> None:
        def on_answer(answer: Answer) -> None:
            self._hear(employee, answer, card)

        callbacks.tell_corp(self._world, fields, on_answer)

    def _hear(self, employee: Employee, answer: Answer, card: Message | None) -> None:
        """Show an encrypted passive reply: a text, or the grey word on the tapped card (1.5).

        An answer that cannot be read is dropped, as the platform does; the courier's
        log keeps it.
        """
        if not answer.is_accepted:
            return
        codec = self._world.courier.envelopes[Line.CORP].codec
        try:
            reply = read_reply(answer.body, codec, may_be_plain=False) or {}
        except BadReply:
            return
        if reply.get("MsgType") == "text":
            said = Said(MessageKind.TEXT, reply.get("Content", ""))
            self._world.windows.show(_window(employee), CLEW, said)
        elif reply.get("MsgType") == "update_button" and card is not None:
            card.replaced = reply.get("ReplaceName", "")
            self._world.windows.changed(card)


def _selected_item(question: str, options: Sequence[str]) -> Field:
    ids: list[Field] = [("OptionId", option) for option in options]
    return ("SelectedItem", [("QuestionKey", question), ("OptionIds", ids)])


def _window(employee: Employee) -> str:
    return f"app:{employee.userid}"
