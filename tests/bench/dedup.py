"""Dedup: pairs found in records of known truth, look-ups among a million, import speed."""

from __future__ import annotations

from tests.bench.corpora import linkage
from tests.bench.measure import figure
from tests.shared import DATA


def main() -> None:
    """Print the figures as JSON lines."""
    print_accuracy()


def print_accuracy() -> None:
    """Print F1, precision and recall of pairs, weights learned without the truth."""
    for name, found in (
        ("febrl1", linkage.febrl(DATA, 1)),
        ("febrl3", linkage.febrl(DATA, 3)),
        ("restaurant", linkage.restaurants(DATA)),
    ):
        figure("dedup", f"{name}_f1", found.f1, "share")
        figure("dedup", f"{name}_precision", found.precision, "share")
        figure("dedup", f"{name}_recall", found.recall, "share")
