"""Names in the parse tree: what they refer to, and mistakes about those that refer to nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

from lark import Token, Tree

from domain.behaviour.mistakes import Mistake, Span, mistake_at, nearest
from domain.behaviour.reading.parser import Node, span_of
from domain.behaviour.syntax import Attribute, EventPattern, Expression, Literal, Property, Tag
from domain.behaviour.vocabulary import Vocabulary, as_typed, folded
from domain.behaviour.words import ANY_KIND, ATTRIBUTE, CALLS, TAG


@dataclass(frozen=True, slots=True)
class Scope:
    """Inside the filter of events of ``kind``; None is any interaction."""

    kind: str | None


@dataclass(slots=True)
class Notes:
    """What is gathered while a text is read: mistakes, and where each node was written."""

    text: str
    vocabulary: Vocabulary
    mistakes: list[Mistake] = field(default_factory=list)
    spans: dict[int, Span] = field(default_factory=dict)

    def wrong(self, where: Node | Token, code: str, *, hint: str = "", **values: str) -> None:
        """Note a mistake about a piece of the text."""
        self.mistakes.append(mistake_at(span_of(where), self.text, code, hint=hint, values=values))


@dataclass(frozen=True, slots=True)
class Reference:
    """``a``, ``a.b``, ``a[…]`` or ``a[…].b``."""

    first: Token
    second: Token | None
    filter: Node | None

    @classmethod
    def of(cls, tree: Node) -> Reference:
        """Take a ``reference`` of the parse tree apart."""
        parts = [child for child in tree.children if isinstance(child, Tree)]
        names = [word_token(part) for part in parts if part.data == "word"]
        filters = [part for part in parts if part.data == "filter"]
        return cls(names[0], names[1] if names[1:] else None, filters[0] if filters else None)


def word_token(tree: Node) -> Token:
    """Return the token of a ``word``."""
    token = tree.children[0]
    assert isinstance(token, Token)  # noqa: S101 - so says the grammar; told to the type checker
    return token


def is_quoted(token: Token) -> bool:
    """Tell whether a name stands between backquotes, so that no word of the language is meant."""
    return token.type == "QUOTED"


def name(token: Token) -> str:
    """Return the name that a token spells."""
    return str(token)[1:-1].strip() if is_quoted(token) else str(token)


def unknown() -> Expression:
    """Return what stands for something with a mistake; such a tree never leaves the reader."""
    return Literal(0.0)


def kind_of(token: Token, notes: Notes) -> EventPattern | None:
    """Return the pattern of a kind without filter, or note that there is none."""
    if not is_quoted(token) and folded(token) in ANY_KIND:
        return EventPattern(None)
    found = notes.vocabulary.kind(name(token))
    if found is None:
        hint = nearest(name(token), notes.vocabulary.kind_words())
        notes.wrong(token, "unknown_kind", hint=hint)
        return None
    return EventPattern(found.name)


def property_of(token: Token, kind: str | None, notes: Notes) -> str | None:
    """Return the registered name of a property of ``kind``, or note that there is none."""
    found = notes.vocabulary.property(kind, name(token))
    if found is not None:
        return found.name
    specs = notes.vocabulary.properties(kind).values()
    known = [word for spec in specs for word in (spec.name, spec.label)]
    code = "unknown_property" if known else "no_properties"
    label = notes.vocabulary.events.label(kind) if kind else ANY_KIND.chinese[0]
    notes.wrong(token, code, hint=nearest(name(token), known), kind=label)
    return None


def value_named(reference: Reference, tree: Node, scope: Scope | None, notes: Notes) -> Expression:
    """Return the attribute, tag or (inside a filter) property that a reference names."""
    if reference.filter is not None:
        notes.wrong(tree, "events_without_function")
    elif scope is not None:
        return _in_filter(reference, tree, scope, notes)
    elif reference.second is not None:
        return _dotted(reference, tree, notes)
    else:
        return _attribute(reference.first, notes)
    return unknown()


def _in_filter(reference: Reference, tree: Node, scope: Scope, notes: Notes) -> Expression:
    if reference.second is not None:
        notes.wrong(tree, "only_properties_inside")
        return unknown()
    found = property_of(reference.first, scope.kind, notes)
    if found is None:
        return unknown()
    return as_typed(Property(found), notes.vocabulary.properties(scope.kind).get(found))


def _dotted(reference: Reference, tree: Node, notes: Notes) -> Expression:
    head, second = folded(reference.first), reference.second
    assert second is not None  # noqa: S101 - the caller looked; told to the type checker
    if head in TAG and not is_quoted(reference.first):
        return _tag(second, notes)
    if head in ATTRIBUTE and not is_quoted(reference.first):
        return _attribute(second, notes)
    if notes.vocabulary.kind(name(reference.first)) or head in ANY_KIND:
        notes.wrong(tree, "events_without_function")
    else:
        known = (*notes.vocabulary.kind_words(), *TAG.all(), *ATTRIBUTE.all())
        notes.wrong(reference.first, "unknown_word", hint=nearest(name(reference.first), known))
    return unknown()


def _tag(token: Token, notes: Notes) -> Expression:
    found = notes.vocabulary.tags.named(name(token))
    if found is None:
        hint = nearest(name(token), notes.vocabulary.tags.words())
        notes.wrong(token, "unknown_tag", hint=hint)
        return unknown()
    return Tag(found.name)


def _attribute(token: Token, notes: Notes) -> Expression:
    found = notes.vocabulary.attributes.named(name(token))
    if found is not None:
        return Attribute(found.name)
    vocabulary = notes.vocabulary
    if vocabulary.kind(name(token)) or folded(token) in ANY_KIND:
        notes.wrong(token, "events_without_function")
    elif vocabulary.tags.named(name(token)):
        notes.wrong(token, "tag_without_word", hint=f"{TAG.chinese[0]}.{name(token)}")
    else:
        calls = (word for words in CALLS.values() for word in words.all())
        known = (*vocabulary.attributes.words(), *calls)
        notes.wrong(token, "unknown_word", hint=nearest(name(token), known))
    return unknown()
