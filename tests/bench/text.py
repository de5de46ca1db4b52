"""Reading chat: how much of our own cases and of other people's corpora comes out right."""

from __future__ import annotations

import sys
from statistics import median

from domain.chat.extract import extract_fields
from domain.chat.intent import read_intent
from domain.chat.models import load_models
from tests.bench.corpora import amounts, companies, emails, intents, phones, recognizers_times
from tests.bench.measure import figure, seconds_per_call
from tests.shared import DATA
from tests.unit.domain.chat.sales_chat import READERS, rows, wrong

SENTENCE = "老师好，孩子三年级数学怎么收费，电话13900139000，周六下午三点能试听吗"


def main() -> None:
    """Print the figures as JSON lines, and what came out wrong on the error stream."""
    load_models()
    print_own()
    print_contacts_and_amounts()
    print_times()
    print_intents()
    for name, call in (("fields", extract_fields), ("intent", read_intent)):
        seconds = seconds_per_call(lambda call=call: call(SENTENCE), rounds=5, calls=200)
        figure("text", f"{name}_us", median(seconds) * 1e6, "µs")


def print_own() -> None:
    """Print what of the invented sales chat is read to the letter."""
    for name in READERS:
        missed = wrong(name)
        kind = name.removesuffix(".tsv")
        print_share(f"own_{kind}", len(rows(name)) - len(missed), len(rows(name)))
        print_wrong(f"own_{kind}", [text for text, _, _ in missed])


def print_contacts_and_amounts() -> None:
    """Print phones, brands, money and numbers."""
    for name, score in (
        ("phones", phones.score(DATA)),
        ("emails_and_phones_jionlp", emails.jionlp(DATA)),
        ("brand", companies.score(DATA)),
        ("money", amounts.jionlp(DATA)),
        ("money_recognizers", amounts.recognizers_currency(DATA)),
        ("money_duckling", amounts.duckling_money(DATA)),
        ("numbers", amounts.recognizers_numbers(DATA)),
        ("numbers_duckling", amounts.duckling_numbers(DATA)),
    ):
        print_share(name, score.right, score.cases)
        print_wrong(name, score.wrong)


def print_times() -> None:
    """Print time expressions, and how many of them rest on which of our conventions."""
    score = recognizers_times.score(DATA)
    print_share("datetime", score.right, score.cases)
    figure("text", "datetime_right_without_our_conventions", score.right_as_theirs, "cases")
    figure("text", "datetime_spans_right", score.spans, "cases")
    for rule, count in score.rules.most_common():
        figure("text", f"datetime_by_convention: {rule}", count, "expressions")
    print_wrong("datetime", score.wrong)


def print_intents() -> None:
    """Print recall of requests for silence and what small talk is taken for."""
    figure("text", "optout_recall", intents.opt_out_recall(), "share")
    false = intents.false_intents(DATA)
    figure("text", "false_optouts_per_1000", false.opt_outs_per_1000, "turns")
    figure("text", "false_intents_per_1000", false.per_1000, "turns")
    for label, per_1000 in sorted(false.by_label.items()):
        figure("text", f"false_intents_per_1000: {label}", per_1000, "turns")
    near = intents.call_bot(DATA)
    print_share("callbot", near.right, near.cases)


def print_share(name: str, right: int, cases: int) -> None:
    """Print how many cases are right, and of how many."""
    figure("text", f"{name}_right", right, "cases")
    figure("text", f"{name}_cases", cases, "cases")


def print_wrong(name: str, cases: list[str]) -> None:
    """Say which cases came out wrong."""
    for case in cases:
        print(f"{name} wrong: {case}", file=sys.stderr)
