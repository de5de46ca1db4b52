"""Wire forms of template cards, with the documented ceilings (fact sheet 3.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from bot.simulator.api.gateway import Strict
from bot.simulator.api.refusal import Code, Refused

#: task_id: at most 128 bytes of this alphabet, never used twice.
TASK_ID = re.compile(r"[0-9A-Za-z_\-@]{1,128}")
#: Longest key of a button in bytes.
MAX_KEY = 1024

Short = Annotated[str, Meta(min_length=1)]


class Source(Strict):
    """Line above the title."""

    icon_url: str = ""
    desc: str = ""
    desc_color: Annotated[int, Meta(ge=0, le=3)] = 0


class MenuAction(Strict):
    """An entry of the top-right menu."""

    text: Short
    key: Short


class ActionMenu(Strict):
    """The top-right menu."""

    action_list: Annotated[list[MenuAction], Meta(min_length=1, max_length=3)]
    desc: str = ""


class Title(Strict):
    """Title and the line under it; also the emphasised pair of a notice."""

    title: str = ""
    desc: str = ""


class Quote(Strict):
    """The quoted block."""

    type: Annotated[int, Meta(ge=0, le=2)] = 0
    url: str = ""
    appid: str = ""
    pagepath: str = ""
    title: str = ""
    quote_text: str = ""


class Row(Strict):
    """A line of key and value."""

    keyname: Short
    value: str = ""
    type: Annotated[int, Meta(ge=0, le=3)] = 0
    url: str = ""
    media_id: str = ""
    userid: str = ""


class VerticalRow(Strict):
    """A line of a news card."""

    title: Short
    desc: str = ""


class Jump(Strict):
    """A link at the foot."""

    title: Short
    type: Annotated[int, Meta(ge=0, le=2)] = 0
    url: str = ""
    appid: str = ""
    pagepath: str = ""


class CardAction(Strict):
    """Where a tap on the card leads."""

    type: Annotated[int, Meta(ge=0, le=2)] = 0
    url: str = ""
    appid: str = ""
    pagepath: str = ""


class CardImage(Strict):
    """The picture of a news card."""

    url: Short
    aspect_ratio: Annotated[float, Meta(gt=1.3, lt=2.25)] = 1.3001


class ImageText(Strict):
    """Picture beside text on a news card."""

    image_url: Short
    type: Annotated[int, Meta(ge=0, le=2)] = 0
    url: str = ""
    appid: str = ""
    pagepath: str = ""
    title: str = ""
    desc: str = ""


class Option(Strict):
    """A choice."""

    id: Short
    text: Short


class CheckOption(Strict):
    """A choice of a vote."""

    id: Short
    text: Short
    is_checked: bool = False


class Selection(Strict):
    """A drop-down."""

    question_key: Short
    option_list: Annotated[list[Option], Meta(min_length=1, max_length=10)]
    title: str = ""
    selected_id: str = ""
    disable: bool = False


class Button(Strict):
    """A button; ``type`` 0 calls back with ``key``, 1 opens ``url``."""

    text: Short
    style: Annotated[int, Meta(ge=1, le=4)] = 1
    key: str = ""
    type: Annotated[int, Meta(ge=0, le=1)] = 0
    url: str = ""


class Checkbox(Strict):
    """The choices of a vote."""

    question_key: Short
    option_list: Annotated[list[CheckOption], Meta(min_length=1, max_length=20)]
    mode: Annotated[int, Meta(ge=0, le=1)] = 0
    disable: bool = False


class Submit(Strict):
    """The button that sends the choices."""

    text: Short
    key: Short


class _Common(Strict, tag_field="card_type", kw_only=True):
    """What every card may have; a notice must say where a tap leads."""

    main_title: Title | UnsetType = UNSET
    source: Source | UnsetType = UNSET
    action_menu: ActionMenu | UnsetType = UNSET
    quote_area: Quote | UnsetType = UNSET
    sub_title_text: str = ""
    horizontal_content_list: Annotated[tuple[Row, ...], Meta(max_length=6)] = ()
    jump_list: Annotated[tuple[Jump, ...], Meta(max_length=3)] = ()
    card_action: CardAction | UnsetType = UNSET
    task_id: str = ""


class TextNotice(_Common, tag="text_notice", kw_only=True):
    """A notice of text."""

    card_action: CardAction
    emphasis_content: Title | UnsetType = UNSET


class NewsNotice(_Common, tag="news_notice", kw_only=True):
    """A notice with a picture."""

    card_action: CardAction
    card_image: CardImage | UnsetType = UNSET
    image_text_area: ImageText | UnsetType = UNSET
    vertical_content_list: Annotated[tuple[VerticalRow, ...], Meta(max_length=4)] = ()


class ButtonInteraction(_Common, tag="button_interaction", kw_only=True):
    """Buttons, with an optional drop-down."""

    button_list: Annotated[list[Button], Meta(min_length=1, max_length=6)]
    button_selection: Selection | UnsetType = UNSET


class VoteInteraction(_Common, tag="vote_interaction", kw_only=True):
    """A vote."""

    checkbox: Checkbox
    submit_button: Submit


class MultipleInteraction(_Common, tag="multiple_interaction", kw_only=True):
    """Up to three drop-downs."""

    select_list: Annotated[list[Selection], Meta(min_length=1, max_length=3)]
    submit_button: Submit


TemplateCard = TextNotice | NewsNotice | ButtonInteraction | VoteInteraction | MultipleInteraction
#: The three types that send a response_code and call back.
Interactive = ButtonInteraction | VoteInteraction | MultipleInteraction


def check_card(card: TemplateCard) -> None:
    """Refuse what the types alone cannot tell.

    Raises:
        Refused: 40058 for a missing part or an over-long key, 42014 for a bad task_id.
    """
    needs_task = isinstance(card, Interactive) or card.action_menu is not UNSET
    if needs_task and not card.task_id:
        raise Refused(Code.BAD_PARAMETER, "invalid request parameter: task_id is required")
    if card.task_id and not TASK_ID.fullmatch(card.task_id):
        raise Refused(Code.BAD_TASK_ID, "invalid task_id")
    if isinstance(card, NewsNotice) and card.card_image is card.image_text_area is UNSET:
        raise Refused(Code.BAD_PARAMETER, "invalid request parameter: card_image is required")
    for target in _targets(card):
        _check_target(target)


def _targets(card: TemplateCard) -> Iterator[CardAction | Jump | Row | Button]:
    if isinstance(card, TextNotice | NewsNotice):
        if not card.card_action.type:
            raise Refused(Code.BAD_PARAMETER, "invalid request parameter: card_action.type")
        yield card.card_action
    yield from card.jump_list
    yield from card.horizontal_content_list
    if isinstance(card, ButtonInteraction):
        yield from card.button_list


def _check_target(target: CardAction | Jump | Row | Button) -> None:
    if isinstance(target, Button) and target.type == 0:
        if not 1 <= len(target.key.encode()) <= MAX_KEY:
            raise Refused(Code.BAD_PARAMETER, "invalid request parameter: button key")
    elif target.type == 1 and not target.url:
        raise Refused(Code.BAD_PARAMETER, "invalid request parameter: url is required")


def advice(card: TemplateCard) -> list[str]:
    """Name the texts that are longer than advised; clients cut them."""
    lengths: list[tuple[str, str, int]] = [("sub_title_text", card.sub_title_text, 112)]
    if card.main_title:
        lengths.append(("main_title.title", card.main_title.title, 26))
        lengths.append(("main_title.desc", card.main_title.desc, 30))
    for row in card.horizontal_content_list:
        lengths += [("keyname", row.keyname, 5), ("value", row.value, 26)]
    if isinstance(card, ButtonInteraction):
        lengths += [("button.text", button.text, 10) for button in card.button_list]
    if isinstance(card, VoteInteraction):
        lengths += [("option.text", option.text, 11) for option in card.checkbox.option_list]
    return [f"{name} is longer than {most}" for name, text, most in lengths if len(text) > most]
