"""Changing and recalling app messages that were sent (fact sheet 3.2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from bot.simulator.api import lookups
from bot.simulator.api.cards import TemplateCard, advice, check_card
from bot.simulator.api.gateway import Answer, Ask, Endpoint, Strict
from bot.simulator.api.refusal import BAD_RESPONSE_CODE, Code, Refused
from bot.simulator.config import Right
from bot.simulator.world.app_chat import Sent
from bot.simulator.world.codes import CodeFault
from bot.simulator.world.windows import Message, MessageKind
from bot.simulator.world.world import World

APP_ONLY = frozenset({Right.APP})


class Replaced(Strict):
    """The grey word in place of the buttons."""

    replace_name: str


class Update(Strict):
    """Body of update_template_card; ``button`` or ``template_card``."""

    agentid: int
    response_code: str
    userids: tuple[str, ...] = ()
    partyids: tuple[int, ...] = ()
    tagids: tuple[int, ...] = ()
    atall: Annotated[int, Meta(ge=0, le=1)] = 0
    button: Replaced | None = None
    template_card: TemplateCard | None = None


def update_card(ask: Ask[Update]) -> Answer:
    """Change the copies of a sent card; the response_code is used up."""
    world, body = ask.world, ask.body
    lookups.check_agent(world, body.agentid)
    if (body.button is None) == (body.template_card is None):
        raise Refused(Code.BAD_PARAMETER, "invalid request parameter: button or template_card")
    if body.template_card is not None:
        check_card(body.template_card)
        ask.warnings.extend(advice(body.template_card))
    if not (body.userids or body.partyids or body.tagids or body.atall):
        raise Refused(Code.NO_RECEIVER, "no receiver")
    sent = world.app.response_codes.redeem(body.response_code, world.now)
    if isinstance(sent, CodeFault):
        raise Refused(BAD_RESPONSE_CODE, f"invalid response_code: {sent}")
    wanted, invalid = _holders(world, body, sent)
    for message in wanted:
        if body.button is not None:
            message.replaced = body.button.replace_name
        else:
            card = msgspec.json.decode(ask.raw)["template_card"]
            message.replaced, message.body = None, {"card": card}
        world.windows.changed(message)
    return {"invaliduser": invalid}


def _holders(world: World, body: Update, sent: Sent) -> tuple[list[Message], list[str]]:
    if body.atall:
        return list(sent.copies.values()), []
    names = list(body.userids)
    names += [e.userid for e in world.directory.members_of(set(body.partyids))]
    by_name = {userid.casefold(): message for userid, message in sent.copies.items()}
    found = [by_name[n.casefold()] for n in names if n.casefold() in by_name]
    return found, [n.lower() for n in body.userids if n.casefold() not in by_name]


class Recall(Strict):
    """Body of recall."""

    msgid: str


def recall(ask: Ask[Recall]) -> Answer:
    """Take a message back within 24 hours."""
    world = ask.world
    sent = world.app.sent.get(ask.body.msgid)
    if sent is None or world.now - sent.at > world.config.limits.recall_within:
        raise Refused(Code.BAD_PARAMETER, "invalid msgid")
    if not sent.is_recalled:
        sent.is_recalled = True
        _take_back(world, sent.copies.values())
    return {}


def _take_back(world: World, copies: Iterable[Message]) -> None:
    for message in copies:
        message.kind, message.body = MessageKind.EVENT, {}
        message.text = world.texts.line("recalled", sender=world.app_name)
        world.windows.changed(message)


ENDPOINTS: tuple[Endpoint[Any], ...] = (
    Endpoint("POST", "/cgi-bin/message/update_template_card", Update, update_card, APP_ONLY),
    Endpoint("POST", "/cgi-bin/message/recall", Recall, recall, APP_ONLY),
)
