"""Recognizers-Text, ``PhoneNumberModel``: what is written like a phone number, by its text.

Many of its numbers belong to other countries and stand without a country code, so that
nobody here could dial them: they are held against :mod:`domain.chat.fields.written_phones`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.chat.fields.phones import find_phones
from domain.chat.fields.written_phones import find_written_phones
from domain.chat.passage import Passage
from tests.bench.corpora.held import Held, held, json_of

if TYPE_CHECKING:
    from pathlib import Path


def score(folder: Path) -> Held:
    """Hold the corpus against ours."""
    cases = json_of(folder / "recognizers_zh/Sequence/PhoneNumberModel.json")
    return held(
        (case["Input"], written(case["Input"]) == [r["Text"].lower() for r in case["Results"]])
        for case in cases
    )


def written(text: str) -> list[str]:
    """Return the numbers found, as typed, in lower case."""
    passage = Passage.of(text)
    found = find_written_phones(passage, find_phones(passage))
    return [number.value.lower() for number in found]
