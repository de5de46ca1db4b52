"""What a person sees in a window of the stand-in, and tests of it."""

from __future__ import annotations

from collections.abc import Callable

from bot.simulator.world.windows import Message, MessageKind

Test = Callable[[Message], bool]


class MissingError(Exception):
    """A step did not show what it must show; the text says what was there instead."""


def of_kind(kind: MessageKind) -> Test:
    """Return a test for messages of a kind."""
    return lambda message: message.kind is kind


def card_about(name: str) -> Test:
    """Return a test for cards whose title names somebody."""
    return lambda message: message.kind is MessageKind.CARD and name in title_of(message)


def has_button(verb: str) -> Test:
    """Return a test for cards with a button of ours."""
    return lambda message: any(key.startswith(f"{verb}:") for key in keys_of(message))


def not_from(person: str) -> Test:
    """Return a test for what others said."""
    return lambda message: message.sender != person and message.kind is not MessageKind.EVENT


def title_of(message: Message) -> str:
    """Return the title of a card, empty for anything else."""
    main = _card_of(message).get("main_title")
    return str(main.get("title", "")) if isinstance(main, dict) else ""


def keys_of(message: Message) -> list[str]:
    """Return the keys of a card's buttons."""
    buttons = _card_of(message).get("button_list")
    return [str(b["key"]) for b in buttons if "key" in b] if isinstance(buttons, list) else []


def key_of(message: Message, verb: str, word: str = "") -> str:
    """Return the key of the button with this verb and, if given, this word.

    Raises:
        MissingError: the card has no such button.
    """
    ending = f":{word}" if word else ""
    for key in keys_of(message):
        if key.startswith(f"{verb}:") and key.endswith(ending):
            return key
    problem = f"no button {verb} {word} in {keys_of(message)}"
    raise MissingError(problem)


def shown(message: Message) -> str:
    """Return what a person reads of a message."""
    card = _card_of(message)
    if not card:
        return message.text
    main, quote = card.get("main_title"), card.get("quote_area")
    rows = card.get("horizontal_content_list")
    lines = [str(value) for value in main.values()] if isinstance(main, dict) else []
    lines += [f"{r['keyname']} {r['value']}" for r in rows] if isinstance(rows, list) else []
    lines += [str(quote.get("quote_text", ""))] if isinstance(quote, dict) else []
    return " | ".join(lines)


def _card_of(message: Message) -> dict[str, object]:
    card = message.body.get("card")
    return card if isinstance(card, dict) else {}
