"""What reads events, as it is written out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

from domain.behaviour import words
from domain.behaviour.showing import values
from domain.behaviour.showing.names import Names
from domain.behaviour.syntax import (
    Aggregate,
    Anchored,
    Between,
    Done,
    Edge,
    EventPattern,
    Expression,
    Last,
    NotFollowed,
    Preference,
    Sequence,
    Side,
    Unit,
    Window,
)
from domain.behaviour.walk import OnEvents
from domain.behaviour.words import CALLS, Call, Language

_ARROW = " -> "


class EventTexts:
    """Writes calls on events."""

    def __init__(
        self,
        names: Names,
        language: Language,
        zone: ZoneInfo,
        condition: Callable[[Expression, str | None], str],
    ) -> None:
        """Write names by ``names``, and filters by ``condition``."""
        self._names = names
        self._language = language
        self._zone = zone
        self._condition = condition

    def text(self, node: OnEvents) -> str:
        """Return the text of a node."""
        match node:
            case Aggregate(function=function, events=events, property=name, window=window):
                return self._call(Call(function.value), self._of(events, name), self._in(window))
            case Edge(end=end, events=events, property=name, window=window):
                return self._call(Call(end.value), self._of(events, name), self._in(window))
            case Done(events=events, window=window):
                return self._call(Call.DONE, self._of(events), self._in(window))
            case Preference():
                return self._preference(node)
            case Sequence(steps=steps, within=within, window=window):
                return self._steps(Call.SEQUENCE, steps, within, window)
            case NotFollowed(first=first, then=then, within=within, window=window):
                return self._steps(Call.NOT_FOLLOWED, (first, then), within, window)

    def undone(self, node: Done) -> str:
        """Return the text of *not done*."""
        if self._language is Language.CHINESE:
            return self._call(Call.NOT_DONE, self._of(node.events), self._in(node.window))
        return f"{words.NOT.english[0]} {self.text(node)}"

    def followed(self, node: NotFollowed) -> str:
        """Return *done and then within … not done* as a Chinese sentence."""
        done = self._call(Call.DONE, self._of(node.first), self._in(node.window))
        undone = self._call(Call.NOT_DONE, self._of(node.then))
        length = values.length(node.within, self._language)
        return f"{done} {words.AFTER.chinese[1]} {length} {words.WITHIN.chinese[2]} {undone}"

    def age(self, moment: str, unit: Unit) -> str:
        """Return the text of an age."""
        word = words.UNITS[unit].words.of(self._language)
        return self._call(Call.AGE, moment, "" if unit is Unit.DAY else word)

    def _preference(self, node: Preference) -> str:
        most = "" if node.most == 1 else str(node.most)
        kind = node.events.kind
        by = (
            f"{words.BY.of(self._language)} {self._names.property(kind, node.by)}"
            if node.by
            else ""
        )
        subject = self._of(node.events, node.property)
        return self._call(Call.TOP, subject, most, by, self._in(node.window))

    def _steps(
        self,
        call: Call,
        steps: tuple[EventPattern, ...],
        within: timedelta | None,
        window: Window,
    ) -> str:
        length = values.length(within, self._language) if within is not None else ""
        shown = self._in(window, is_beside_length=True)
        return self._call(call, _ARROW.join(self._of(step) for step in steps), length, shown)

    def _call(self, call: Call, *arguments: str) -> str:
        given = ", ".join(argument for argument in arguments if argument)
        return f"{CALLS[call].of(self._language)}({given})"

    def _of(self, events: EventPattern, name: str | None = None) -> str:
        where = "" if events.where is None else f"[{self._condition(events.where, events.kind)}]"
        behind = f".{self._names.property(events.kind, name)}" if name is not None else ""
        return f"{self._names.kind(events.kind)}{where}{behind}"

    def _in(self, window: Window, *, is_beside_length: bool = False) -> str:
        match window:
            case Last(count=count, unit=unit):
                shown = values.count_of(count, unit, self._language)
                return self._last(shown) if is_beside_length else shown
            case Between():
                return self._between(window)
            case Anchored():
                return self._anchored(window)
            case _:
                return ""

    def _anchored(self, window: Anchored) -> str:
        joining = words.AFTER if window.side is Side.AFTER else words.BEFORE
        anchor = self._call(
            Call(window.end.value), self._of(window.events), self._in(window.window)
        )
        length = values.length(window.within, self._language)
        if self._language is Language.ENGLISH:
            return f"{length} {joining.english[0]} {anchor}"
        return f"{anchor} {joining.chinese[1]} {length} {words.WITHIN.chinese[2]}"

    def _last(self, shown: str) -> str:
        blank = "" if self._language is Language.CHINESE else " "
        return f"{words.LAST.of(self._language)}{blank}{shown}"

    def _between(self, window: Between) -> str:
        parts = []
        if window.start is not None:
            start = values.moment(window.start, self._zone)
            parts += [words.FROM.of(self._language), start]
        if window.end is not None:
            end = values.end_of_range(window.end, self._zone)
            parts += [words.TO.of(self._language), end]
        return " ".join(parts)
