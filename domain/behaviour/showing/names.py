"""Names as they are written out: a label or a registered name, between backquotes if need be."""

from __future__ import annotations

import re

from domain.behaviour import words
from domain.behaviour.syntax import Attribute, Expression
from domain.behaviour.vocabulary import Terms, Vocabulary, folded
from domain.behaviour.words import Language

_PLAIN = re.compile(r"[^\W\d][\w$]*|\$[\w$]+")
_RESERVED = frozenset(
    word
    for group in (
        *words.CALLS.values(),
        *(words.ANY_KIND, words.TAG, words.ATTRIBUTE, words.EVER_WORDS, words.TODAY),
        *(words.NOT, words.TRUE, words.FALSE, words.BY),
    )
    for word in group.all()
)


class Names:
    """Writes names of one vocabulary in one language."""

    def __init__(self, vocabulary: Vocabulary, language: Language) -> None:
        """Take labels for Chinese, registered names for English."""
        self._vocabulary = vocabulary
        self._language = language

    def kind(self, name: str | None) -> str:
        """Return the word of a kind; None is any interaction."""
        if name is None:
            return words.ANY_KIND.of(self._language)
        found = self._vocabulary.kind(self._vocabulary.events.label(name))
        is_own = found is not None and found.name == name
        return self._either(name, found.label if found and is_own else "")

    def property(self, kind: str | None, name: str) -> str:
        """Return the word of a property of a kind."""
        spec = self._vocabulary.properties(kind).get(name)
        found = self._vocabulary.property(kind, spec.label) if spec else None
        is_own = spec is not None and found is spec
        return self._either(name, spec.label if spec and is_own else "")

    def attribute(self, name: str) -> str:
        """Return the word of an attribute."""
        return self._term(self._vocabulary.attributes, name)

    def tag(self, name: str) -> str:
        """Return the word of a tag, behind the word for tags."""
        return f"{words.TAG.of(self._language)}.{self._term(self._vocabulary.tags, name)}"

    def value(self, node: Expression, code: str) -> str:
        """Return the Chinese word of a code of the attribute ``node``, else the text itself."""
        if self._language is not Language.CHINESE or not isinstance(node, Attribute):
            return code
        term = self._vocabulary.attributes.named(node.name)
        return term.word_of(code) if term else code

    def _term(self, terms: Terms, name: str) -> str:
        term = terms.named(name)
        own = terms.named(term.label) if term and term.label else None
        is_own = own is not None and own.name == name
        return self._either(name, own.label if own and is_own else "")

    def _either(self, name: str, label: str) -> str:
        if self._language is Language.CHINESE and label and "`" not in label:
            return _safe(label)
        return _safe(name)


def _safe(word: str) -> str:
    is_plain = (
        _PLAIN.fullmatch(word) and not words.MISREAD.match(word) and folded(word) not in _RESERVED
    )
    return word if is_plain else f"`{word}`"
