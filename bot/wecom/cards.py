"""Cards in the platform's form: template cards and their updates (fact sheet 3.2).

Lengths are cut here, at the wire. What a cut would change in meaning (keys,
ids, addresses) is refused instead.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TypeAlias

from bot.wecom.truncate import cut_characters
from domain.messages import Card, CardButton, CardRow, CardUpdate, Choice

Wire: TypeAlias = dict[str, object]

TITLE, DESCRIPTION, SUBTITLE, QUOTE, SOURCE = 26, 30, 112, 256, 13
ROWS, ROW_KEY, ROW_VALUE = 6, 5, 26
BUTTONS, BUTTON_TEXT, BUTTON_KEY_BYTES = 6, 10, 1024
OPTIONS, OPTION_TEXT = 10, 10
REPLACE_NAME = 10
URL_BYTES = 2048
UPDATE_USERS = 1000

_TASK_ID = re.compile(r"[0-9A-Za-z_\-@]{1,128}")
_URL_TYPE, _USER_TYPE, _CALLBACK_TYPE = 1, 3, 0
_STYLES = range(1, 5)


class Unfit(StrEnum):
    """Why a body has no form on an endpoint."""

    #: The endpoint takes other kinds of bodies.
    KIND = "kind"
    BUTTON_KEY_LENGTH = "button_key_length"
    CARD_TASK_ID = "card_task_id"
    CHOICE_WITHOUT_BUTTON = "choice_without_button"
    CHOICE_WITHOUT_OPTION = "choice_without_option"
    EMPTY_TEXT = "empty_text"
    EVENT_WITHOUT_CODE = "event_without_code"
    MENU_ID_LENGTH = "menu_id_length"
    MENU_WITHOUT_ITEM = "menu_without_item"
    NO_TAG = "no_tag"
    NOTICE_WITHOUT_URL = "notice_without_url"
    UPDATE_WITHOUT_CODE = "update_without_code"
    UPDATE_WITHOUT_RECEIVER = "update_without_receiver"
    UPDATE_WITHOUT_WORD = "update_without_word"
    URL_LENGTH = "url_length"
    WELCOME_WITHOUT_CODE = "welcome_without_code"


class CannotRenderError(Exception):
    """A body has no form on this endpoint; ``reason`` is a stable word for counters."""

    def __init__(self, reason: Unfit) -> None:
        """Say what stands in the way, without any of the content."""
        super().__init__(reason.value)
        self.reason = reason


def template_card(card: Card, home_url: str) -> Wire:
    """Return the ``template_card`` of a card: buttons make it clickable, else it is a notice.

    A notice must lead somewhere (``card_action``); without an address of its
    own it leads to ``home_url``.

    Raises:
        CannotRenderError: a task id, key or address that the platform would refuse.
    """
    wire: Wire = {
        "card_type": "button_interaction" if card.buttons else "text_notice",
        "main_title": _title(card),
        "task_id": _task_id(card.task_id),
    }
    if card.source:
        wire["source"] = {"desc": cut_characters(card.source, SOURCE)}
    if card.advice:
        wire["quote_area"] = {"type": 0, "quote_text": cut_characters(card.advice, QUOTE)}
    if card.text:
        wire["sub_title_text"] = cut_characters(card.text, SUBTITLE)
    if card.rows:
        wire["horizontal_content_list"] = [_row(row) for row in card.rows[:ROWS]]
    return wire | (_interaction(card) if card.buttons else _notice(card, home_url))


def card_update(update: CardUpdate, agent_id: int, home_url: str) -> Wire:
    """Return the body of ``update_template_card``: a grey word or a whole new card.

    Raises:
        CannotRenderError: nothing to show, nobody to show it to, or a bad card.
    """
    if not update.response_code:
        raise CannotRenderError(Unfit.UPDATE_WITHOUT_CODE)
    if not update.userids:
        raise CannotRenderError(Unfit.UPDATE_WITHOUT_RECEIVER)
    wire: Wire = {
        "userids": list(update.userids[:UPDATE_USERS]),
        "agentid": agent_id,
        "response_code": update.response_code,
    }
    if update.card is not None:
        return wire | {"template_card": template_card(update.card, home_url)}
    if not update.replace_name:
        raise CannotRenderError(Unfit.UPDATE_WITHOUT_WORD)
    return wire | {"button": {"replace_name": cut_characters(update.replace_name, REPLACE_NAME)}}


def _title(card: Card) -> Wire:
    title: Wire = {"title": cut_characters(card.title, TITLE)}
    if card.description:
        title["desc"] = cut_characters(card.description, DESCRIPTION)
    return title


def _interaction(card: Card) -> Wire:
    wire: Wire = {"button_list": [_button(button) for button in card.buttons[:BUTTONS]]}
    if card.choice is not None:
        wire["button_selection"] = _selection(card.choice)
    if card.url:
        wire["card_action"] = {"type": _URL_TYPE, "url": _url(card.url)}
    return wire


def _notice(card: Card, home_url: str) -> Wire:
    if card.choice is not None:
        raise CannotRenderError(Unfit.CHOICE_WITHOUT_BUTTON)
    url = card.url or home_url
    if not url:
        raise CannotRenderError(Unfit.NOTICE_WITHOUT_URL)
    return {"card_action": {"type": _URL_TYPE, "url": _url(url)}}


def _row(row: CardRow) -> Wire:
    wire: Wire = {
        "keyname": cut_characters(row.key, ROW_KEY),
        "value": cut_characters(row.value, ROW_VALUE),
    }
    if row.url:
        return wire | {"type": _URL_TYPE, "url": _url(row.url)}
    if row.userid:
        return wire | {"type": _USER_TYPE, "userid": row.userid}
    return wire


def _button(button: CardButton) -> Wire:
    wire: Wire = {
        "text": cut_characters(button.text, BUTTON_TEXT),
        "style": button.style if button.style in _STYLES else 1,
    }
    if button.url:
        return wire | {"type": _URL_TYPE, "url": _url(button.url)}
    if not 0 < len(button.key.encode()) <= BUTTON_KEY_BYTES:
        raise CannotRenderError(Unfit.BUTTON_KEY_LENGTH)
    return wire | {"type": _CALLBACK_TYPE, "key": button.key}


def _selection(choice: Choice) -> Wire:
    options = choice.options[:OPTIONS]
    if not options:
        raise CannotRenderError(Unfit.CHOICE_WITHOUT_OPTION)
    wire: Wire = {
        "question_key": choice.key,
        "title": cut_characters(choice.title, OPTION_TEXT),
        "option_list": [{"id": i, "text": cut_characters(t, OPTION_TEXT)} for i, t in options],
    }
    if choice.selected:
        wire["selected_id"] = choice.selected
    return wire


def _task_id(task_id: str) -> str:
    if not _TASK_ID.fullmatch(task_id):
        raise CannotRenderError(Unfit.CARD_TASK_ID)
    return task_id


def _url(url: str) -> str:
    if len(url.encode()) > URL_BYTES:
        raise CannotRenderError(Unfit.URL_LENGTH)
    return url
