"""What the code names in the business tables is there."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from config.agree import OWN_TRANSITIONS
from config.load import load_catalog
from config.texts import load_texts
from domain.chat.intent import Intent
from domain.portrait import INTENT_PREFIX
from handlers.actions import advance, screen
from tests.architecture.source import MODULES

CATALOG = load_catalog(load_texts())
#: Function → position of the event kind among its arguments.
RECORDERS = {"Occurrence": 0, "occurrence": 1}


def kinds_recorded() -> Iterator[tuple[str, str]]:
    """Yield every event kind that handlers write down by its name, and where."""
    for module in MODULES:
        for node in ast.walk(module.tree):
            position = RECORDERS.get(getattr(getattr(node, "func", None), "id", ""))
            if isinstance(node, ast.Call) and position is not None:
                given = [word.value for word in node.keywords if word.arg == "kind"]
                match given or node.args[position : position + 1]:
                    case [ast.Constant(value=str(kind))]:
                        yield kind, f"{module.path}:{node.lineno}"


def test_every_event_that_is_recorded_is_registered() -> None:
    recorded = dict(kinds_recorded())
    assert len(recorded) > 5
    assert {kind: at for kind, at in recorded.items() if kind not in CATALOG.events.kinds} == {}


def test_every_intent_is_an_event_but_other() -> None:
    intents = {intent for intent in Intent if intent is not Intent.OTHER}
    assert {i for i in intents if f"{INTENT_PREFIX}{i}" not in CATALOG.events.kinds} == set()


def test_the_moves_that_clew_makes_by_itself_are_protected() -> None:
    made = {
        advance.SCREEN,
        advance.ASSIGN,
        advance.INVALIDATE,
        screen.RESTORE,
        advance.RECALL,
        *advance.INTO.values(),
    }
    assert made == set(OWN_TRANSITIONS)
    assert made <= CATALOG.lifecycle.transitions.keys()
