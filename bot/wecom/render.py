"""Every other body in the platform's form, one function per endpoint (fact sheet 3.2–3.10)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from zlib import crc32

from bot.wecom.cards import CannotRenderError, Unfit, Wire, template_card
from bot.wecom.truncate import cut_bytes, cut_characters, cut_linked_bytes
from domain.messages import Body, Card, MarkTag, Menu, Remark, Text, Welcome

TEXT_BYTES = 2048
WELCOME_BYTES = 4000
LINK_TITLE_BYTES = 128
MENU_HEAD_BYTES, MENU_TAIL_BYTES, MENU_ITEMS, MENU_ITEM_BYTES = 1024, 1024, 10, 128
REMARK, REMARK_DESCRIPTION = 20, 150
#: The longest that the platform remembers a message for its duplicate check, in seconds.
DUPLICATE_CHECK_SECONDS = 4 * 60 * 60

#: Both have no width and no effect on the text around them.
_ZERO, _ONE = "\u200b", "\u200c"
_ID_BYTES = 8
#: The longest :func:`send_mark`: 32 characters of 3 bytes, and a line break before them.
MARK_BYTES = 97
#: Such a text would give its address the mark as well, and nobody could open it.
_ENDS_IN_ADDRESS = re.compile(r"https?://\S+$")


@dataclass(frozen=True, slots=True)
class AppEnvelope:
    """To whom and from which app; ``send_id`` is the outbox row, equal in every attempt."""

    receiver: str
    agent_id: int
    send_id: int
    home_url: str = ""


@dataclass(frozen=True, slots=True)
class KfEnvelope:
    """To whom, from which 微信客服 account, under which id of ours (≤ 32 characters)."""

    receiver: str
    open_kfid: str
    msgid: str


def send_mark(send_id: int) -> str:
    """Return the row's id as characters that no reader sees.

    The platform drops a message whose JSON equals one of the last 4 h. With
    this mark behind the text two equal reminders differ, while a resend of the
    same row does not. A checksum of the id (at most 32 characters, 96 bytes)
    never repeats among rows made within seconds, and otherwise once in
    four billion pairs of equal texts.
    """
    bits = f"{crc32(send_id.to_bytes(_ID_BYTES)):b}"
    return "".join(_ONE if bit == "1" else _ZERO for bit in bits)


def app_message(body: Body, envelope: AppEnvelope) -> Wire:
    """Return the body of ``message/send``, with the duplicate check on.

    The send id stands behind a text as :func:`send_mark`; a card needs none,
    its task id is unique.

    Raises:
        CannotRenderError: a body that is neither text nor card, or a bad one.
    """
    match body:
        case Text():
            content = _content(body.content, TEXT_BYTES - MARK_BYTES)
            gap = "\n" if _ENDS_IN_ADDRESS.search(content) else ""
            content += gap + send_mark(envelope.send_id)
            payload: Wire = {"msgtype": "text", "text": {"content": content}}
        case Card():
            card = template_card(body, envelope.home_url)
            payload = {"msgtype": "template_card", "template_card": card}
        case _:
            raise CannotRenderError(Unfit.KIND)
    return {
        "touser": envelope.receiver,
        "agentid": envelope.agent_id,
        **payload,
        "enable_duplicate_check": 1,
        "duplicate_check_interval": DUPLICATE_CHECK_SECONDS,
    }


def kf_message(body: Body, envelope: KfEnvelope) -> Wire:
    """Return the body of ``kf/send_msg``: text or menu.

    Raises:
        CannotRenderError: another body, or a bad one.
    """
    head = {
        "touser": envelope.receiver,
        "open_kfid": envelope.open_kfid,
        "msgid": envelope.msgid,
    }
    return head | _kf_payload(body)


def kf_event_message(body: Body, code: str, msgid: str) -> Wire:
    """Return the body of ``kf/send_msg_on_event``; ``code`` comes with the event.

    Raises:
        CannotRenderError: another body than text or menu, or no code.
    """
    if not code:
        raise CannotRenderError(Unfit.EVENT_WITHOUT_CODE)
    return {"code": code, "msgid": msgid} | _kf_payload(body)


def official_message(body: Body, openid: str) -> Wire:
    """Return the body of ``message/custom/send``: text or menu.

    Raises:
        CannotRenderError: another body, or a bad one.
    """
    match body:
        case Text(content=content):
            payload: Wire = {"msgtype": "text", "text": {"content": _content(content, TEXT_BYTES)}}
        case Menu():
            items: list[Wire] = [{"id": i, "content": text} for i, text in _menu_items(body)]
            payload = {"msgtype": "msgmenu", "msgmenu": _menu(body, items)}
        case _:
            raise CannotRenderError(Unfit.KIND)
    return {"touser": openid, **payload}


def welcome(body: Body) -> Wire:
    """Return the body of ``send_welcome_msg``: text and an optional link.

    Raises:
        CannotRenderError: another body, or one without code, text and link.
    """
    if not isinstance(body, Welcome):
        raise CannotRenderError(Unfit.KIND)
    if not body.code:
        raise CannotRenderError(Unfit.WELCOME_WITHOUT_CODE)
    if not body.text and not body.link_url:
        raise CannotRenderError(Unfit.EMPTY_TEXT)
    wire: Wire = {"welcome_code": body.code}
    if body.text:
        wire["text"] = {"content": cut_bytes(body.text, WELCOME_BYTES)}
    if body.link_url:
        title = cut_bytes(body.link_title or body.link_url, LINK_TITLE_BYTES)
        link = {"msgtype": "link", "link": {"title": title, "url": body.link_url}}
        wire["attachments"] = [link]
    return wire


def remark(body: Body, external_userid: str) -> Wire:
    """Return the body of ``externalcontact/remark``; phones are left alone.

    Raises:
        CannotRenderError: another body.
    """
    if not isinstance(body, Remark):
        raise CannotRenderError(Unfit.KIND)
    wire: Wire = {
        "userid": body.userid,
        "external_userid": external_userid,
        "remark": cut_characters(body.remark, REMARK),
    }
    if body.description:
        wire["description"] = cut_characters(body.description, REMARK_DESCRIPTION)
    return wire


def mark_tag(body: Body, external_userid: str) -> Wire:
    """Return the body of ``externalcontact/mark_tag``.

    Raises:
        CannotRenderError: another body, or one that changes nothing.
    """
    if not isinstance(body, MarkTag):
        raise CannotRenderError(Unfit.KIND)
    if not body.add and not body.remove:
        raise CannotRenderError(Unfit.NO_TAG)
    wire: Wire = {"userid": body.userid, "external_userid": external_userid}
    if body.add:
        wire["add_tag"] = list(body.add)
    if body.remove:
        wire["remove_tag"] = list(body.remove)
    return wire


def _kf_payload(body: Body) -> Wire:
    match body:
        case Text(content=content):
            return {"msgtype": "text", "text": {"content": _content(content, TEXT_BYTES)}}
        case Menu():
            items: list[Wire] = [
                {"type": "click", "click": {"id": i, "content": text}}
                for i, text in _menu_items(body)
            ]
            return {"msgtype": "msgmenu", "msgmenu": _menu(body, items)}
        case _:
            raise CannotRenderError(Unfit.KIND)


def _menu(body: Menu, items: list[Wire]) -> Wire:
    wire: Wire = {"head_content": cut_bytes(body.head, MENU_HEAD_BYTES), "list": items}
    if body.tail:
        wire["tail_content"] = cut_bytes(body.tail, MENU_TAIL_BYTES)
    return wire


def _menu_items(body: Menu) -> list[tuple[str, str]]:
    if not body.items:
        raise CannotRenderError(Unfit.MENU_WITHOUT_ITEM)
    if any(not 0 < len(i.encode()) <= MENU_ITEM_BYTES for i, _ in body.items):
        raise CannotRenderError(Unfit.MENU_ID_LENGTH)
    return [(i, cut_bytes(text, MENU_ITEM_BYTES)) for i, text in body.items[:MENU_ITEMS]]


def _content(text: str, limit: int) -> str:
    if not text.strip():
        raise CannotRenderError(Unfit.EMPTY_TEXT)
    return cut_linked_bytes(text, limit)
