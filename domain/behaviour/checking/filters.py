"""Conditions on the properties of one event, written without naming its kind again."""

from __future__ import annotations

from dataclasses import replace

from domain.behaviour.checking.check import understood
from domain.behaviour.mistakes import LanguageError, Mistake
from domain.behaviour.syntax import Done, EventPattern, Expression
from domain.behaviour.vocabulary import ValueType, Vocabulary


def understood_of_event(text: str, kind: str, vocabulary: Vocabulary) -> Expression:
    """Return the condition that ``text`` spells about an event of ``kind``, checked.

    It is what stands between square brackets after the kind: ``类别='数学', 停留秒数 >= 60``.

    Raises:
        LanguageError: it cannot be read, or does not fit the kind; line and column are
            those of ``text``.
    """
    before = f"done(`{kind}`["
    try:
        whole = understood(f"{before}{text}])", vocabulary, ValueType.FLAG).expression
    except LanguageError as error:
        raise LanguageError(_moved(mistake, len(before)) for mistake in error.mistakes) from None
    match whole:
        case Done(EventPattern(_, where)) if where is not None:
            return where
        case _:  # the text closes the bracket itself and goes on
            raise LanguageError([Mistake("unexpected_character", 1, 1, text)])


def _moved(mistake: Mistake, characters: int) -> Mistake:
    if mistake.line != 1:
        return mistake
    return replace(mistake, column=max(mistake.column - characters, 1))
