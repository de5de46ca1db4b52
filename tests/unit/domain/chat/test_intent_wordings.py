"""Wordings that were written without looking at the rules: how many are understood.

``wordings.tsv`` holds invented messages: label (alternatives separated by ``|``), tab, text.
"""

from __future__ import annotations

from pathlib import Path

from domain.chat.intent import Intent, read_intent
from domain.chat.words.examples import EXAMPLES

_ROWS = [
    tuple(line.split("\t"))
    for line in Path(__file__).with_name("wordings.tsv").read_text(encoding="utf-8").splitlines()
]
_SILENCE = [text for label, text in _ROWS if label == "opt_out"]
_NO_SILENCE = [text for label, text in _ROWS if label != "opt_out"]


def test_nearly_all_wordings_are_understood() -> None:
    wrong = [
        (label, text, main)
        for label, text in _ROWS
        if (main := read_intent(text).main) not in label.split("|")
    ]
    assert len(wrong) < 0.06 * len(_ROWS), wrong


def test_no_request_for_silence_is_missed() -> None:
    asked = [*_SILENCE, *EXAMPLES["opt_out"].split()]
    assert [text for text in asked if read_intent(text).main is not Intent.OPT_OUT] == []


def test_no_request_for_silence_is_invented() -> None:
    others = [t for label, ts in EXAMPLES.items() if label != "opt_out" for t in ts.split()]
    invented = [t for t in (*_NO_SILENCE, *others) if read_intent(t).main is Intent.OPT_OUT]
    assert invented == []
