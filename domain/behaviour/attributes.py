"""The attributes that expressions may mention: facts of persons and leads, with their types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from domain.behaviour.vocabulary import Term, ValueType
from domain.facts import LEAD_FACTS, PERSON_FACTS

#: Facts that are numbers. Those that people or files state are texts in storage and are
#: read as numbers; where a text is none, the attribute is missing.
NUMBERS = frozenset(
    {"age", "budget", "company_size", "learners"}
    | {"cycle", "level", "static", "dynamic", "composite"}
)
_FLAGS = "is_", "has_"
_NO_WORDS: Mapping[str, str] = MappingProxyType({})
_NO_OPTIONS: Mapping[str, Mapping[str, str]] = MappingProxyType({})


def attribute_terms(
    labels: Mapping[str, str],
    options: Mapping[str, Mapping[str, str]] = _NO_OPTIONS,
    also: Mapping[str, str] = _NO_WORDS,
) -> Iterator[Term]:
    """Yield a term for every fact of persons and leads, and for every name in ``labels``.

    ``labels`` holds the Chinese word by registered name, ``options`` the Chinese words of
    the codes that a fact may have, ``also`` another word for a name.
    """
    for name in sorted(PERSON_FACTS | LEAD_FACTS | labels.keys()):
        values = tuple(options.get(name, {}).items())
        other = (also[name],) if name in also else ()
        yield Term(name, labels.get(name, ""), type_of_fact(name), values, other)


def type_of_fact(name: str) -> ValueType:
    """Return the type of a fact: what is not declared otherwise is a text."""
    if name in NUMBERS:
        return ValueType.NUMBER
    return ValueType.FLAG if name.startswith(_FLAGS) else ValueType.TEXT
