"""What the readers know about words beyond their own rules.

The defaults are the tables of :mod:`domain.chat.words`; bootstrap adds what only this
corp knows (its products as subjects, its own names) and passes one frozen value in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from domain.chat.words.cities import NAMED_CITIES
from domain.chat.words.subjects import SUBJECTS

#: Cuts folded text into words; the words joined give the text back.
Cutter = Callable[[str], Sequence[str]]
#: Cuts and names the kind of each word in jieba's tag set (``nr`` a name, ``d`` an adverb).
Tagger = Callable[[str], Sequence[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Dictionaries for reading chat.

    ``cities`` maps every spelling to the city without 市; ``subjects`` every spelling in
    lower case to the words that are kept; ``own_names`` are names of the corp itself,
    which are never a customer's company; ``channels`` are names of channels, for commands.
    ``cut`` and ``tag`` are the word segmenter.
    """

    cut: Cutter
    tag: Tagger
    cities: Mapping[str, str] = field(default_factory=lambda: MappingProxyType(NAMED_CITIES))
    subjects: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: MappingProxyType(SUBJECTS)
    )
    own_names: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    #: First character of a subject → length of the longest that begins with it.
    subject_lengths: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        """Look once where subjects may begin, not in every message."""
        by_length = sorted(self.subjects, key=len)
        lengths = {subject[0]: len(subject) for subject in by_length}
        object.__setattr__(self, "subject_lengths", MappingProxyType(lengths))


def load_segmenter() -> tuple[Cutter, Tagger]:
    """Return the fastest segmenter at hand: rjieba, else jieba (the same tokens, 17× slower).

    Imported here because either brings a dictionary of megabytes with it.
    """
    try:
        import rjieba  # noqa: PLC0415
    except ImportError:
        return _plain_jieba()
    return rjieba.cut, rjieba.tag


def _plain_jieba() -> tuple[Cutter, Tagger]:
    """Return jieba's own segmenter; its dictionary takes a second to load."""
    import jieba  # noqa: PLC0415
    from jieba import posseg  # noqa: PLC0415

    def tag(text: str) -> Sequence[tuple[str, str]]:
        return [(pair.word, pair.flag) for pair in posseg.cut(text)]

    return jieba.lcut, tag


@cache
def default_lexicon() -> Lexicon:
    """Return the lexicon without corp words; the dictionary is loaded on the first call."""
    return Lexicon(*load_segmenter())
