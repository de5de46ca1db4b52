"""Text → expression."""

from __future__ import annotations

from dataclasses import dataclass

from domain.behaviour.mistakes import LanguageError, Spans
from domain.behaviour.reading.names import Notes
from domain.behaviour.reading.parser import parse_tree
from domain.behaviour.reading.resolve import Resolver
from domain.behaviour.syntax import Expression
from domain.behaviour.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Written:
    """An expression with the text it was read from and where each of its nodes stands there."""

    expression: Expression
    text: str
    spans: Spans


def parse(text: str, vocabulary: Vocabulary) -> Expression:
    """Return the expression that ``text`` spells; its names are the registered ones.

    Types are not looked at: :func:`domain.behaviour.checking.check.check` does that.

    Raises:
        LanguageError: with every unknown name, or the one place where the text
            stops making sense.
    """
    return written(text, vocabulary).expression


def written(text: str, vocabulary: Vocabulary, *, is_condition: bool = False) -> Written:
    """Return the expression that ``text`` spells, and where its parts stand.

    Where a condition is meant, a lone tag means that the person has it.

    Raises:
        LanguageError: as for :func:`parse`.
    """
    notes = Notes(text, vocabulary)
    resolver = Resolver(notes)
    read = resolver.condition if is_condition else resolver.expression
    expression = read(parse_tree(text), None)
    if notes.mistakes:
        raise LanguageError(notes.mistakes)
    return Written(expression, text, notes.spans)
