"""People at the official account (fact sheet 2.11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.simulator import callbacks, payloads
from bot.simulator.acts.stage import ActRefused, No, check_text, customer_of
from bot.simulator.api.menus import buttons
from bot.simulator.config import BodyMode
from bot.simulator.wire.courier import Answer
from bot.simulator.wire.envelopes import Line
from bot.simulator.wire.replies import BadReply, read_reply
from bot.simulator.wire.xml import Field
from bot.simulator.world.official import Follower
from bot.simulator.world.people import Customer
from bot.simulator.world.windows import ConversationKind, Message, MessageKind, Said
from bot.simulator.world.world import World


class Fans:
    """Following, scanning, writing, tapping the menu, leaving."""

    def __init__(self, world: World) -> None:
        """Act in ``world``."""
        self._world = world

    def follow(self, customer: str, scene: str = "") -> None:
        """Follow, by search or by scanning the QR code of ``scene``.

        Who follows already scans only: SCAN instead of subscribe.

        Raises:
            ActRefused: unknown customer, or following again without a scene.
        """
        world = self._world
        person = customer_of(world, customer)
        follower = world.official.follower(person.openid)
        if follower is not None:
            self._scan(person, follower, scene)
            return
        follower = Follower(person.openid, world.now, scene)
        world.official.followers[person.openid] = follower
        world.official.acted(follower, world.now)
        window = f"mp:{customer}"
        world.windows.open(window, ConversationKind.MP, world.official.name, [customer])
        line = world.texts.line("followed", customer=person.name, account=world.official.name)
        world.windows.tell(window, line)
        body: list[Field] = [("EventKey", f"qrscene_{scene}" if scene else "")]
        if scene:
            body.append(("Ticket", self._ticket(scene)))
        self._event(person, "subscribe", body)

    def _scan(self, person: Customer, follower: Follower, scene: str) -> None:
        world = self._world
        if not scene:
            raise ActRefused(No.ALREADY_FOLLOWING, person.name)
        world.official.acted(follower, world.now)
        line = world.texts.line("scanned", customer=person.name, scene=scene)
        world.windows.tell(f"mp:{person.external_userid}", line)
        self._event(person, "SCAN", [("EventKey", scene), ("Ticket", self._ticket(scene))])

    def unfollow(self, customer: str) -> None:
        """Stop following."""
        world = self._world
        person, follower = self._follower(customer)
        follower.is_following = False
        line = world.texts.line("unfollowed", customer=person.name, account=world.official.name)
        world.windows.tell(f"mp:{customer}", line)
        self._event(person, "unsubscribe", [("EventKey", "")])

    def say(self, customer: str, text: str, menu_id: str = "") -> Message:
        """Write to the account; ``menu_id`` when the text is a tapped line of a menu message."""
        check_text(text)
        body = {"Content": text} | ({"bizmsgmenuid": menu_id} if menu_id else {})
        return self.send(customer, "text", body, Said(MessageKind.TEXT, text))

    def send(self, customer: str, msg_type: str, body: Mapping[str, str], said: Said) -> Message:
        """Send a message of any type; ``body`` are the elements of fact sheet 2.11."""
        world = self._world
        person, follower = self._follower(customer)
        world.official.wrote(follower, world.now)
        message = world.windows.show(f"mp:{customer}", customer, said)
        fields = payloads.official_message(world, person.openid, msg_type, body)
        self._tell(person, fields)
        return message

    def tap_menu(self, customer: str, key: str) -> None:
        """Tap a button of the account's menu, by key or url."""
        world = self._world
        person, follower = self._follower(customer)
        for button in buttons(world.official.menu):
            if key in (button.get("key"), button.get("url")):
                break
        else:
            raise ActRefused(No.UNKNOWN_MENU, key)
        world.official.acted(follower, world.now)
        line = world.texts.line("tapped_menu", name=button.get("name", ""))
        world.windows.tell(f"mp:{customer}", line)
        is_view = button.get("type") == "view"
        self._event(person, "VIEW" if is_view else "CLICK", [("EventKey", key)])

    def _ticket(self, scene: str) -> str:
        code = self._world.official.code_of(scene, self._world.now)
        return code.ticket if code else f"ticket-{scene}"

    def _follower(self, customer: str) -> tuple[Customer, Follower]:
        person = customer_of(self._world, customer)
        follower = self._world.official.follower(person.openid)
        if follower is None:
            raise ActRefused(No.NOT_FOLLOWING, person.name)
        return person, follower

    def _event(self, person: Customer, event: str, body: Sequence[Field]) -> None:
        fields = payloads.official_event(self._world, person.openid, event, body)
        self._tell(person, fields)

    def _tell(self, person: Customer, fields: Sequence[Field]) -> None:
        def on_answer(answer: Answer) -> None:
            self._hear(person, answer)

        callbacks.tell_official(self._world, person.openid, fields, on_answer)

    def _hear(self, person: Customer, answer: Answer) -> None:
        """Show a passive reply; a failing service shows the platform's apology (1.5)."""
        world = self._world
        window = f"mp:{person.external_userid}"
        try:
            reply = self._read(answer)
        except BadReply:
            world.windows.tell(window, world.texts.line("official_down"))
            return
        if reply.get("MsgType") == "text":
            said = Said(MessageKind.TEXT, reply.get("Content", ""))
            world.windows.show(window, world.official.account, said)

    def _read(self, answer: Answer) -> Mapping[str, str]:
        if not answer.is_accepted:
            raise BadReply(answer.error or str(answer.status))
        codec = self._world.courier.envelopes[Line.OFFICIAL].codec
        may_be_plain = self._world.config.official.mode is not BodyMode.ENCRYPTED
        return read_reply(answer.body, codec, may_be_plain=may_be_plain) or {}
