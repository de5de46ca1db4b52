"""Customers at a 微信客服 account (fact sheet 2.7)."""

from __future__ import annotations

from collections.abc import Mapping

from bot.simulator import callbacks, payloads
from bot.simulator.acts.stage import ActRefused, No, check_text, customer_of
from bot.simulator.world.kf import KfAccount, Origin, ServiceState, Session
from bot.simulator.world.windows import ConversationKind, Message, MessageKind, Said
from bot.simulator.world.world import World

#: ``change_type`` of a session a servicer ended.
ENDED_BY_SERVICER = 3


class Desk:
    """Entering, writing, tapping a menu; and what servicers do."""

    def __init__(self, world: World) -> None:
        """Act in ``world``."""
        self._world = world

    def enter(
        self, customer: str, scene: str = "", scene_param: str = "", open_kfid: str = ""
    ) -> str:
        """Open the account's chat and return the welcome code of the event, "" for none.

        Raises:
            ActRefused: unknown customer or account.
        """
        world = self._world
        person = customer_of(world, customer)
        account = self._account(open_kfid)
        session = account.sessions.setdefault(customer, Session(customer))
        members = [customer]
        world.windows.open(f"kf:{customer}", ConversationKind.KF, account.name, members)
        line = world.texts.line("entered_kf", customer=person.name, account=account.name)
        world.windows.tell(f"kf:{customer}", line)
        code = world.kf.welcome_code(account, session, world.now)
        details = {"scene": scene, "scene_param": scene_param, "welcome_code": code}
        filled = {key: value for key, value in details.items() if value}
        callbacks.tell_kf_event(world, account, session, "enter_session", filled)
        return code

    def say(self, customer: str, text: str, menu_id: str = "") -> Message:
        """Write to the account; ``menu_id`` when the text is a tapped menu line."""
        check_text(text)
        body = {"content": text} | ({"menu_id": menu_id} if menu_id else {})
        return self.send(customer, "text", body, Said(MessageKind.TEXT, text))

    def send(self, customer: str, msgtype: str, body: Mapping[str, object], said: Said) -> Message:
        """Send a message of any type; ``body`` is the part of sync_msg named by the type."""
        world = self._world
        account, session = self._session(customer)
        world.kf.customer_wrote(session, world.now)
        message = world.windows.show(f"kf:{customer}", customer, said)
        parts: dict[str, object] = {"msgtype": msgtype, msgtype: dict(body)}
        world.kf.record(account, session, Origin.CUSTOMER, world.now, **parts)
        self._call(account)
        return message

    def end(self, customer: str) -> None:
        """Let a servicer end the session in the client."""
        world = self._world
        account, session = self._session(customer)
        servicer = session.servicer_userid
        session.state, session.servicer_userid = ServiceState.ENDED, ""
        world.windows.tell(f"kf:{customer}", world.texts.line("kf_ended"))
        details: dict[str, object] = {
            "change_type": ENDED_BY_SERVICER,
            "old_servicer_userid": servicer,
            "new_servicer_userid": "",
        }
        callbacks.tell_kf_event(world, account, session, "session_status_change", details)

    def recall(self, customer: str, msgid: str) -> None:
        """Let the customer take a message back."""
        account, session = self._session(customer)
        details = {"recall_msgid": msgid}
        callbacks.tell_kf_event(self._world, account, session, "user_recall_msg", details)

    def block(self, customer: str, *, is_blocked: bool = True) -> None:
        """Let the customer refuse the account's messages: they fail with ``msg_send_fail``."""
        customer_of(self._world, customer).blocks_kf = is_blocked

    def _call(self, account: KfAccount) -> None:
        callbacks.tell_corp(self._world, payloads.kf_event(self._world, account.open_kfid))

    def _account(self, open_kfid: str) -> KfAccount:
        accounts = self._world.kf.accounts
        wanted = open_kfid or next(iter(accounts), "")
        if wanted not in accounts:
            raise ActRefused(No.UNKNOWN_KF, open_kfid)
        return accounts[wanted]

    def _session(self, customer: str) -> tuple[KfAccount, Session]:
        customer_of(self._world, customer)
        for account in self._world.kf.accounts.values():
            session = account.session(customer)
            if session is not None:
                return account, session
        raise ActRefused(No.NOT_IN_KF, customer)
