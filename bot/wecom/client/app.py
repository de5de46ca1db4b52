"""The corp app: messages to members, card updates, recall, menu (fact sheet 3.2, 3.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.wecom.client.answers import JsonObject, strings_of, text_of
from bot.wecom.client.api import Api
from bot.wecom.client.transport import WireCall
from domain.values import same_userid


@dataclass(frozen=True, slots=True)
class SendAnswer:
    """What message/send says on success, which may still be a partial failure.

    Userids come back in lower case. ``response_code`` comes with button, vote
    and multiple-choice cards only; it updates the card once within 72 h.
    """

    msgid: str
    response_code: str = ""
    invalid_users: tuple[str, ...] = ()
    invalid_parties: tuple[str, ...] = ()
    invalid_tags: tuple[str, ...] = ()
    unlicensed_users: tuple[str, ...] = ()

    def refuses(self, userid: str) -> bool:
        """Tell whether ``userid`` got nothing because the platform does not accept it."""
        return any(same_userid(userid, other) for other in self.invalid_users)

    def is_unlicensed(self, userid: str) -> bool:
        """Tell whether ``userid`` got nothing for want of an interop licence."""
        return any(same_userid(userid, other) for other in self.unlicensed_users)


class AppApi:
    """Calls with the app's own secret."""

    def __init__(self, api: Api, agent_id: int) -> None:
        """``agent_id`` is the app's number in the corp."""
        self._api = api
        self.agent_id = agent_id

    async def send(self, message: Mapping[str, object]) -> SendAnswer:
        """Send a rendered message (``bot.wecom.cards``).

        Raises:
            WireError: nobody got it (81013 when no receiver is valid), or unknown.
        """
        answer = await self._api.post("/cgi-bin/message/send", message)
        return SendAnswer(
            msgid=text_of(answer, "msgid"),
            response_code=text_of(answer, "response_code"),
            invalid_users=strings_of(answer, "invaliduser"),
            invalid_parties=strings_of(answer, "invalidparty"),
            invalid_tags=strings_of(answer, "invalidtag"),
            unlicensed_users=strings_of(answer, "unlicenseduser"),
        )

    async def update_card(self, update: Mapping[str, object]) -> tuple[str, ...]:
        """Replace a card or its buttons; return the members it was not done for.

        Raises:
            WireError: among others the response code is spent or 72 h old.
        """
        answer = await self._api.post("/cgi-bin/message/update_template_card", update)
        return strings_of(answer, "invaliduser")

    async def recall(self, msgid: str) -> None:
        """Take back a message of the last 24 h.

        Raises:
            WireError: see :class:`Api`.
        """
        await self._api.post("/cgi-bin/message/recall", {"msgid": msgid})

    async def callback_addresses(self) -> tuple[str, ...]:
        """Return the addresses that callbacks come from (fact sheet 3.1).

        Raises:
            WireError: 40001 for a wrong secret, 60020 for an address of ours not allowed.
        """
        return strings_of(await self._api.get("/cgi-bin/getcallbackip"), "ip_list")

    async def create_menu(self, buttons: Sequence[JsonObject]) -> None:
        """Replace the app's menu: at most 3 buttons with at most 5 below each.

        Raises:
            WireError: see :class:`Api`.
        """
        query = {"agentid": str(self.agent_id)}
        body = {"button": list(buttons)}
        await self._api.call(WireCall("/cgi-bin/menu/create", query, body=body))
