"""A linear model of intents over words and runs of characters, trained beforehand.

Softmax regression: one weight per feature and label, learned from the invented messages
of :mod:`domain.chat.words.examples` by ``python -m tests.training`` and kept in
``words/intent_weights.txt`` as hundredths. Words come from the jieba dictionary, so that
不|用 and 不用 differ; runs of characters place what the dictionary cuts badly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from math import sqrt

from domain.chat.lexicon import Cutter
from domain.chat.likeness import runs_of
from domain.cleaning.text import fold

#: What stands further back says little about what a message wants.
_LONGEST_TEXT = 240
_SCALE = 100


@dataclass(frozen=True, slots=True)
class IntentModel:
    """Weights of every feature for every label, in the order of ``labels``."""

    labels: tuple[str, ...]
    weights: Mapping[str, tuple[float, ...]]

    def scores(self, text: str, cut: Cutter) -> dict[str, float]:
        """Return a score per label; only their differences mean something.

        The sum of the weights of the known features, divided by the root of their number,
        as in training.
        """
        known = [self.weights[f] for f in features(text, cut) if f in self.weights]
        root = sqrt(len(known)) or 1.0
        sums = (sum(column) / root for column in zip(*known, strict=True)) if known else ()
        return dict(zip(self.labels, sums or (0.0,) * len(self.labels), strict=True))

    def lines(self) -> list[str]:
        """Return the model as the lines of its file."""
        rows = (
            f"{feature}\t{' '.join(f'{weight * _SCALE:.0f}' for weight in weights)}"
            for feature, weights in sorted(self.weights.items())
        )
        return ["\t".join(("labels", " ".join(self.labels))), *rows]


def read_model(lines: Sequence[str]) -> IntentModel:
    """Return the model that :meth:`IntentModel.lines` wrote down."""
    rows = (line.split("\t") for line in lines[1:] if line)
    weights = {
        feature: tuple(int(weight) / _SCALE for weight in numbers.split())
        for feature, numbers in rows
    }
    return IntentModel(tuple(lines[0].split("\t")[1].split()), weights)


@cache
def trained_model() -> IntentModel:
    """Return the trained model; its file is read on the first call."""
    text = (files("domain.chat.words") / "intent_weights.txt").read_text(encoding="utf-8")
    return read_model(text.splitlines())


def features(text: str, cut: Cutter) -> set[str]:
    """Return words (``w``), pairs of neighbouring words (``b``) and runs of characters (``c``)."""
    line = fold(text[:_LONGEST_TEXT]).lower()
    words = [word for word in cut(line) if word.strip()]
    pairs = (f"b{first}|{second}" for first, second in pairwise(["^", *words, "$"]))
    return {*(f"w{word}" for word in words), *pairs, *(f"c{run}" for run in runs_of(text))}
