"""Windows and lengths of time among the arguments of a call."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from lark import Token, Tree

from domain.behaviour.reading import literals
from domain.behaviour.reading.names import Notes, word_token
from domain.behaviour.reading.parser import Node, span_of
from domain.behaviour.syntax import (
    EVER,
    Anchored,
    Between,
    Edge,
    Ever,
    Expression,
    Last,
    Side,
    Unit,
    Window,
)
from domain.behaviour.vocabulary import folded
from domain.behaviour.words import EVER_WORDS, TODAY

if TYPE_CHECKING:
    from collections.abc import Callable

_RANGES = {"between", "since", "until"}
_SIDES = {side.value: side for side in Side}


class Windows:
    """Reads windows."""

    def __init__(self, notes: Notes, call: Callable[[Node], Expression]) -> None:
        """Write into ``notes``; ``call`` reads the event at which a window is anchored."""
        self._notes = notes
        self._call = call

    def only(self, arguments: list[Node]) -> Window:
        """Return the window of a call that takes one and nothing else; none is ever."""
        for extra in arguments[1:]:
            self._notes.wrong(extra, "argument_not_wanted")
        return self._window(arguments[0]) if arguments else EVER

    def within_and_window(self, arguments: list[Node]) -> tuple[timedelta | None, Window]:
        """Return how long steps may take, and the window of all of them.

        A length of time without "last" is how long it may take, where none is given yet.
        """
        if arguments and arguments[0].data == "span":
            length = literals.length(str(arguments[0].children[0]))
            if length is None:
                self._notes.wrong(arguments[0], "absurd_length")
            return (length.elapsed if length else None), self.only(arguments[1:])
        return None, self.only(arguments)

    def is_window(self, tree: Node) -> bool:
        """Tell whether an argument can only be a window."""
        if tree.data in _RANGES | _SIDES.keys() | {"span", "recent"}:
            return True
        return self._named(tree) is not None

    def _window(self, tree: Node) -> Window:
        if tree.data in {"span", "recent"}:
            return self._noted(tree, self._last(cast("Token", tree.children[-1])))
        if tree.data in _SIDES:
            return self._noted(tree, self._anchored(tree))
        if tree.data in _RANGES:
            return self._noted(tree, self._between(tree))
        named = self._named(tree)
        if named is None:
            self._notes.wrong(tree, "window_wanted")
        return named or EVER

    def _noted(self, tree: Node, window: Window) -> Window:
        self._notes.spans[id(window)] = span_of(tree)
        return window

    def _last(self, token: Token) -> Window:
        length = literals.length(str(token))
        if length is None:
            self._notes.wrong(token, "absurd_length")
            return EVER
        return Last(length.count, length.unit)

    def _anchored(self, tree: Node) -> Window:
        (call,) = [child for child in tree.children if isinstance(child, Tree)]
        (span,) = [t for t in tree.children if isinstance(t, Token) and t.type == "SPAN"]
        length = literals.length(str(span))
        if length is None:
            self._notes.wrong(span, "absurd_length")
            return EVER
        match self._call(call):
            case Edge(end, events, None, window) if isinstance(window, Last | Between | Ever):
                return Anchored(end, events, length.elapsed, _SIDES[tree.data], window)
            case Edge(_, _, None, _):
                self._notes.wrong(call, "anchor_in_anchor")
            case _:
                self._notes.wrong(call, "anchor_wanted")
        return EVER

    def _named(self, tree: Node) -> Window | None:
        if tree.data != "reference" or len(tree.children) != 1:
            return None
        word = folded(word_token(cast("Node", tree.children[0])))
        if word in TODAY:
            return Last(1, Unit.DAY)
        return EVER if word in EVER_WORDS else None

    def _between(self, tree: Node) -> Window:
        tokens = [t for t in tree.children if isinstance(t, Token) and t.type == "MOMENT"]
        if tree.data == "since":
            return Between(self._moment(tokens[0]), None)
        if tree.data == "until":
            return Between(None, self._end(tokens[0]))
        return Between(self._moment(tokens[0]), self._end(tokens[1]))

    def _moment(self, token: Token) -> datetime | None:
        found = literals.moment(str(token), self._notes.vocabulary.zone)
        if found is None:
            self._notes.wrong(token, "no_such_moment")
        return found

    def _end(self, token: Token) -> datetime | None:
        """Return the end of a range: a day belongs to it whole, a moment does not."""
        found = self._moment(token)
        if found is None or not literals.is_date(folded(token)):
            return found
        try:
            return literals.next_day(found)
        except OverflowError:
            self._notes.wrong(token, "no_such_moment")
            return None
