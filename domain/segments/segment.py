"""How a segment is defined, and which segments are made ready together.

A segment is one expression of the behaviour language: ``and`` is the intersection,
``or`` the union, ``and not`` the difference. It may mention tags (``标签.名字``), lists
that were uploaded (they are tags), and other segments (``圈选.名字``).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from domain.behaviour.checking.check import understood
from domain.behaviour.kernel import Plan
from domain.behaviour.mentions import mentions_of
from domain.behaviour.mistakes import LanguageError
from domain.behaviour.syntax import And, Expression, Not, Or, Tag
from domain.behaviour.vocabulary import Term, ValueType, Vocabulary
from domain.behaviour.words import SEGMENT, TAG, Language
from domain.columns.days import Moments
from domain.columns.persons import Columns
from domain.errors import RuleError
from domain.tags.order import in_order
from domain.tags.tagging import name_of
from domain.values import Refusal

#: How a segment is mentioned; as long as the word for tags, so that places stay right.
_MENTION = re.compile(rf"(?<!\w)(?:{'|'.join(SEGMENT.all())})\s*\.", re.IGNORECASE)
_AS_TAG = f"{TAG.of(Language.CHINESE)}."
#: An expression that is longer is not typed by anybody.
MOST_SEGMENTS = 500


@dataclass(frozen=True, slots=True)
class SegmentText:
    """A definition as it is written and stored."""

    name: str
    text: str
    note: str = ""
    version: int = 1


@dataclass(eq=False)
class SegmentError(Exception):
    """The expression of a segment cannot be read."""

    name: str
    cause: LanguageError


@dataclass(frozen=True, slots=True)
class SegmentBook:
    """All segments in the order in which they are computed, each as one whole expression."""

    texts: Mapping[str, SegmentText]
    wholes: Mapping[str, Expression]

    def plan(self, names: Sequence[str]) -> Plan:
        """Return the conditions of some segments made ready together."""
        return Plan.of([self.wholes[name] for name in names])


NO_SEGMENTS = SegmentBook(MappingProxyType({}), MappingProxyType({}))


def read_segments(
    texts: Sequence[SegmentText], vocabulary: Vocabulary, *, kept: Collection[str] = ()
) -> SegmentBook:
    """Return the book of some definitions; ``vocabulary`` knows tags and lists.

    A segment may not be called like a tag. One that is ``kept`` already stays, though, when
    people later put on a tag of that name by hand.

    Raises:
        SegmentError: an expression is wrong; the first one.
        RuleError: a bad or taken name, too many, or segments mention each other in a circle.
    """
    names = [_checked_name(text.name, vocabulary, is_kept=text.name in kept) for text in texts]
    if len(set(names)) != len(names):
        raise RuleError(next(n for n in names if names.count(n) > 1), code="defined_twice")
    if len(names) > MOST_SEGMENTS:
        raise RuleError(names[-1], code="too_many_segments", detail=str(MOST_SEGMENTS))
    words = words_with(names, vocabulary)
    read = {text.name: _read(text, words) for text in texts}
    mentioned = {n: mentions_of(e).tags & read.keys() for n, e in read.items()}
    wholes: dict[str, Expression] = {}
    for name in in_order(mentioned):
        wholes[name] = replaced(read[name], wholes)
        for left in mentions_of(wholes[name]).tags & read.keys():
            raise RuleError(name, code="segment_compared", detail=left)
    by_name = {text.name: text for text in texts}
    return SegmentBook(
        MappingProxyType({name: by_name[name] for name in wholes}), MappingProxyType(wholes)
    )


def words_with(names: Iterable[str], vocabulary: Vocabulary) -> Vocabulary:
    """Return a vocabulary that knows segments beside its tags: each is a tag one has or not.

    A tag of the same name is not meant: people may put on tags of any name at any time.
    """
    segments = {name: Term(name, type=ValueType.FLAG) for name in names}
    tags = [tag for tag in vocabulary.tags if tag.name not in segments]
    return vocabulary.with_tags([*tags, *segments.values()])


def members(plan: Plan, columns: Columns, moments: Moments) -> list[list[bool]]:
    """Return for each segment of the plan which persons are in it."""
    return [value.holds.tolist() for value in plan.run(columns, moments)]


def replaced(expression: Expression, segments: Mapping[str, Expression]) -> Expression:
    """Return the expression with the whole of each segment in the place of its name."""
    match expression:
        case Tag(name=name) if name in segments:
            return segments[name]
        case And(operands=operands):
            return And(tuple(replaced(one, segments) for one in operands))
        case Or(operands=operands):
            return Or(tuple(replaced(one, segments) for one in operands))
        case Not(operand=operand):
            return Not(replaced(operand, segments))
        case _:
            return _known_replaced(expression, segments)


def _known_replaced(expression: Expression, segments: Mapping[str, Expression]) -> Expression:
    """A lone tag means that the person has it; of a segment, that they are in it."""
    value = getattr(expression, "value", None)
    if isinstance(value, Tag) and value.name in segments:
        return segments[value.name]
    return expression


def _read(text: SegmentText, vocabulary: Vocabulary) -> Expression:
    try:
        return understood(as_tags(text.text), vocabulary, ValueType.FLAG).expression
    except LanguageError as error:
        raise SegmentError(text.name, error) from None


def as_tags(text: str) -> str:
    """Return the text with segments written as tags, every character in its place."""
    return _MENTION.sub(lambda found: _AS_TAG.rjust(len(found[0])), text)


def _checked_name(name: str, vocabulary: Vocabulary, *, is_kept: bool) -> str:
    checked = name_of(name)
    if isinstance(checked, Refusal):
        raise RuleError(name, code=checked.code.replace("tag_", "segment_"), detail=checked.detail)
    if checked != name:
        raise RuleError(name, code="segment_name_unclean", detail=checked)
    tag = vocabulary.tags.named(name)
    # What is no flag is computed, and nobody's slip.
    if tag is not None and not (is_kept and tag.type is ValueType.FLAG):
        raise RuleError(name, code="segment_is_tag", detail=name)
    return name
