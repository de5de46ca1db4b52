"""Reads a tap on a card: is the button there, are the choices its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.simulator.acts.stage import ActRefused, No
from bot.simulator.world.windows import Message, MessageKind

#: Question key → chosen option, or options of a multiple choice.
Selected = Mapping[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class Tap:
    """What the event of a tap says."""

    event: str
    key: str
    label: str
    task_id: str
    card_type: str
    selected: tuple[tuple[str, tuple[str, ...]], ...] = ()


def read_tap(message: Message, key: str, selected: Selected) -> Tap:
    """Return the tap on ``key``, with the card's own preselections where none is given.

    Raises:
        ActRefused: no card with buttons, already replaced, unknown button or option.
    """
    card = message.body.get("card")
    if message.kind is not MessageKind.CARD or not isinstance(card, dict):
        raise ActRefused(No.NOT_A_CARD, message.id)
    head = {"task_id": card.get("task_id", ""), "card_type": card["card_type"]}
    for action in card.get("action_menu", {}).get("action_list", []):
        if action["key"] == key:
            return Tap("template_card_menu_event", key, action["text"], **head)
    if message.replaced is not None:
        raise ActRefused(No.CARD_IS_REPLACED, message.id)
    label = _labels(card).get(key)
    if label is None:
        raise ActRefused(No.UNKNOWN_BUTTON, key)
    return Tap("template_card_event", key, label, **head, selected=_choices(card, selected))


def _labels(card: Mapping[str, Any]) -> dict[str, str]:
    live = [b for b in card.get("button_list", []) if b.get("type", 0) == 0]
    if "submit_button" in card:
        live.append(card["submit_button"])
    return {button["key"]: button["text"] for button in live}


def _choices(
    card: Mapping[str, Any], selected: Selected
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    questions = [card[key] for key in ("button_selection", "checkbox") if key in card]
    questions += card.get("select_list", [])
    unknown = set(selected) - {question["question_key"] for question in questions}
    if unknown:
        raise ActRefused(No.UNKNOWN_OPTION, ", ".join(sorted(unknown)))
    chosen = ((q["question_key"], _chosen(q, selected)) for q in questions)
    return tuple((key, options) for key, options in chosen if options)


def _chosen(question: Mapping[str, Any], selected: Selected) -> tuple[str, ...]:
    options = question["option_list"]
    given = selected.get(question["question_key"])
    if not given:
        preselected = question.get("selected_id", "")
        checked = [option["id"] for option in options if option.get("is_checked")]
        return tuple([preselected] if preselected else checked)
    wanted = (given,) if isinstance(given, str) else tuple(given)
    if not set(wanted) <= {option["id"] for option in options}:
        raise ActRefused(No.UNKNOWN_OPTION, ", ".join(wanted))
    return wanted
