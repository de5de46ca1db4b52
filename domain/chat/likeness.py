"""How much a message is like examples of each label: naive Bayes over runs of characters.

Chinese needs no word boundaries for this: single characters, pairs and triples of a
thousand short examples carry enough to place wordings that no rule foresees.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import log, sqrt

from domain.cleaning.text import fold

_NOISE = re.compile(r"[\s,。!?、~…]+")
_LONGEST_RUN = 3
#: What stands further back says little about what a message wants.
_LONGEST_TEXT = 240
#: Smoothing: how often everything counts as seen once more.
_SMOOTHING = 0.25


@dataclass(frozen=True, slots=True)
class Likeness:
    """Log odds of every run of characters for every label, in the order of ``labels``."""

    labels: tuple[str, ...]
    odds: Mapping[str, tuple[float, ...]]

    def scores(self, text: str) -> dict[str, float]:
        """Return a score per label: 0 says nothing, above 2 is a clear likeness.

        Sums of log odds, divided by the root of the number of known runs, so that long
        and short messages compare.
        """
        known = [self.odds[run] for run in runs_of(text) if run in self.odds]
        root = sqrt(len(known)) or 1.0
        sums = (sum(column) / root for column in zip(*known, strict=True)) if known else ()
        return dict(zip(self.labels, sums or (0.0,) * len(self.labels), strict=True))

    def familiarity(self, text: str) -> float:
        """Return the share of the text's pairs and triples that some example holds (0 to 1)."""
        longer = [run for run in runs_of(text) if len(run) > 1]
        return sum(run in self.odds for run in longer) / len(longer) if longer else 0.0


def learn(examples: Mapping[str, str]) -> Likeness:
    """Count the runs of every label's examples (texts with blanks between)."""
    counts = {label: Counter[str]() for label in examples}
    sizes = dict.fromkeys(examples, 0)
    for label, texts in examples.items():
        for text in texts.split():
            counts[label].update(runs_of(text))
            sizes[label] += 1
    everywhere = Counter[str]()
    for count in counts.values():
        everywhere.update(count)
    total = sum(sizes.values())
    most = max(everywhere.values(), default=0) + 1
    # Few counts, many runs: each logarithm is taken once.
    columns = [
        (counts[label], _logs(most, sizes[label]), _logs(most, total - sizes[label]))
        for label in examples
    ]
    odds = {
        run: tuple(
            inside[own.get(run, 0)] - outside[seen - own.get(run, 0)]
            for own, inside, outside in columns
        )
        for run, seen in everywhere.items()
    }
    return Likeness(tuple(examples), odds)


def _logs(most: int, of: int) -> list[float]:
    """Return the logarithm of the smoothed share of every count below ``most``."""
    return [log(_rate(seen, of)) for seen in range(most)]


def _rate(seen: int, of: int) -> float:
    """Return a smoothed share."""
    return (seen + _SMOOTHING) / (of + 2 * _SMOOTHING)


@lru_cache(maxsize=4)
def runs_of(text: str) -> frozenset[str]:
    """Return the runs of one to three characters; the edges of the text are signs too.

    Remembered for a moment: one message is asked for its runs several times in a row.
    """
    line = f"^{_NOISE.sub(' ', fold(text[:_LONGEST_TEXT]).lower()).strip()}$"
    runs = set(line[1:-1])
    for length in range(2, _LONGEST_RUN + 1):
        runs.update(line[start : start + length] for start in range(len(line) - length + 1))
    return frozenset(runs)
