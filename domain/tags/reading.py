"""Definitions as people write them → the book of tags in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from domain.behaviour.checking.check import check
from domain.behaviour.mistakes import LanguageError
from domain.behaviour.reading.parse import Written, written
from domain.behaviour.syntax import Age, Edge, Expression
from domain.behaviour.vocabulary import Term, ValueType, Vocabulary, type_of_property
from domain.errors import RuleError
from domain.tags.spec import Formula, Refresh, TagBook, TagKind, TagSpec, Theme


@dataclass(frozen=True, slots=True)
class TagText:
    """A definition as it is written and stored.

    ``layers`` are (word, condition) in order, else ``value`` is the formula.
    """

    name: str
    kind: TagKind
    value: str = ""
    layers: tuple[tuple[str, str], ...] = ()
    otherwise: str = ""
    theme: Theme = Theme.OTHER
    refresh: Refresh = Refresh.LIVE
    note: str = ""
    unit: str = ""
    corp_group: str = ""
    version: int = 1

    def formulas(self) -> tuple[tuple[str, str], ...]:
        """Return (word, text) of every formula."""
        return self.layers if self.kind is TagKind.LAYERS else (("", self.value),)


@dataclass(eq=False)
class FormulaError(Exception):
    """A formula cannot be read: of which tag, of which layer, and every mistake."""

    name: str
    word: str
    cause: LanguageError


def read_tags(
    texts: Sequence[TagText],
    vocabulary: Vocabulary,
    *,
    by_hand: Sequence[str] = (),
    corp_group: str = "",
    known: Iterable[str] = (),
) -> TagBook:
    """Return the book of some definitions; ``known`` are names of tags that people put on.

    Raises:
        FormulaError: a formula is wrong; the first one.
        RuleError: a definition is wrong by itself, or tags mention each other in a circle.
    """
    flags = [Term(name, type=ValueType.FLAG) for name in dict.fromkeys([*by_hand, *known])]
    guess = vocabulary.with_tags([*flags, *(Term(t.name, type=_guessed(t)) for t in texts)])
    read = {
        text.name: [_written(text, *formula, guess) for formula in text.formulas()]
        for text in texts
    }
    if len(read) != len(texts):
        names = [text.name for text in texts]
        raise RuleError(next(n for n in names if names.count(n) > 1), code="defined_twice")
    specs = [_spec(text, read[text.name]) for text in texts]
    book = TagBook.of(specs, by_hand, corp_group)
    words = vocabulary.with_tags([*flags, *terms_of(book, vocabulary)])
    for text in texts:
        for (word, _), source in zip(text.formulas(), read[text.name], strict=True):
            _check(text, word, source, words)
    return book


def terms_of(book: TagBook, vocabulary: Vocabulary) -> list[Term]:
    """Return the computed tags as words of the language, with the types of their values."""
    return [
        Term(s.name, type=_type(s.kind, s.expressions[0], vocabulary)) for s in book.specs.values()
    ]


def text_of(spec: TagSpec) -> TagText:
    """Return a definition as it is written."""
    is_layered = spec.kind is TagKind.LAYERS
    return TagText(
        name=spec.name,
        kind=spec.kind,
        value="" if is_layered else spec.formulas[0].text,
        layers=tuple((f.word, f.text) for f in spec.formulas) if is_layered else (),
        otherwise=spec.otherwise,
        theme=spec.theme,
        refresh=spec.refresh,
        note=spec.note,
        unit=spec.unit,
        corp_group=spec.corp_group,
        version=spec.version,
    )


def _written(text: TagText, word: str, formula: str, vocabulary: Vocabulary) -> Written:
    try:
        return written(formula, vocabulary, is_condition=text.kind is TagKind.LAYERS)
    except LanguageError as error:
        raise FormulaError(text.name, word, error) from None


def _check(text: TagText, word: str, source: Written, vocabulary: Vocabulary) -> None:
    try:
        check(source.expression, vocabulary, _WANTED.get(text.kind), source)
    except LanguageError as error:
        raise FormulaError(text.name, word, error) from None


def _spec(text: TagText, sources: Sequence[Written]) -> TagSpec:
    formulas = [
        Formula(formula, source.expression, word)
        for (word, formula), source in zip(text.formulas(), sources, strict=True)
    ]
    return TagSpec(
        name=text.name,
        kind=text.kind,
        formulas=tuple(formulas),
        theme=text.theme,
        refresh=text.refresh,
        version=text.version,
        note=text.note,
        otherwise=text.otherwise,
        unit=text.unit,
        corp_group=text.corp_group,
    )


#: The type that the formulas of a kind must have, where only one will do.
_WANTED: Mapping[TagKind, ValueType] = {
    TagKind.LAYERS: ValueType.FLAG,
    TagKind.METRIC: ValueType.NUMBER,
    TagKind.PREFERENCE: ValueType.TEXTS,
    TagKind.DAYS: ValueType.NUMBER,
}
_VALUES: Mapping[TagKind, ValueType] = {**_WANTED, TagKind.LAYERS: ValueType.TEXT}


def _guessed(text: TagText) -> ValueType:
    return _VALUES.get(text.kind, ValueType.NUMBER)


def _type(kind: TagKind, expression: Expression, vocabulary: Vocabulary) -> ValueType:
    if kind is not TagKind.EDGE:
        return _VALUES[kind]
    if isinstance(expression, Age) or not isinstance(expression, Edge):
        return ValueType.NUMBER
    specs = vocabulary.properties(expression.events.kind)
    spec = specs.get(expression.property or "")
    return type_of_property(spec) if spec else ValueType.TEXT
