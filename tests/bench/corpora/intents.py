"""What intents are missed on our own cases, and invented in other people's small talk."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.chat.intent import Intent, read_intent
from tests.bench.corpora.held import Held, held, json_lines, json_of
from tests.shared import ROOT
from tests.unit.domain.chat.sales_chat import rows

if TYPE_CHECKING:
    from pathlib import Path

#: What turns about hotels, songs and timetables can never be. Prices, contents and thanks
#: are really asked for and given there, so they are no mistake.
NEVER = frozenset({Intent.BUY, Intent.TRIAL, Intent.COMPLAIN, Intent.REFUSE, Intent.OPT_OUT})
#: The call bot's labels that have a counterpart among ours.
NEAR = {
    "thanks": {Intent.THANKS},
    "reqmore_amount": {Intent.PRICE, Intent.OTHER},
    "inform_busy": {Intent.REFUSE},
    "deny": {Intent.REFUSE, Intent.OTHER},
    "greet": {Intent.OTHER},
    "goodbye": {Intent.OTHER},
    "wrongcall": {Intent.OTHER, Intent.REFUSE},
    "family_friend": {Intent.OTHER},
    "repeat": {Intent.OTHER},
    "affirm": {Intent.OTHER},
}


@dataclass(frozen=True)
class FalseIntents:
    """Per 1,000 turns of small talk."""

    per_1000: float
    opt_outs_per_1000: float
    by_label: dict[str, float]


def opt_out_recall() -> float:
    """Return the share of our own requests for silence that are heard."""
    wordings = (ROOT / "tests/unit/domain/chat/wordings.tsv").read_text(encoding="utf-8")
    listed = [*rows("intents.tsv"), *(line.split("\t") for line in wordings.splitlines())]
    asked = [text for label, text in listed if label == Intent.OPT_OUT]
    return sum(read_intent(text).main is Intent.OPT_OUT for text in asked) / len(asked)


def false_intents(folder: Path) -> FalseIntents:
    """Read the customers' turns of CrossWOZ and the requests of SMP."""
    turns = [
        row["text"] for row in json_lines(folder / "crosswoz/val.jsonl.gz") if row["role"] == "usr"
    ]
    turns += [row["text"] for row in json_of(folder / "intent_smp2019/train.json")]
    domain = folder / "intent_smp2019/smp2017_domain_train_dev.jsonl"
    turns += [row["text"] for row in json_lines(domain)]
    counts = Counter(read_intent(turn).main for turn in turns)
    share = {intent: 1000 * counts[intent] / len(turns) for intent in NEVER}
    by_label = {intent.value: share[intent] for intent in NEVER}
    return FalseIntents(sum(share.values()), share[Intent.OPT_OUT], by_label)


def call_bot(folder: Path) -> Held:
    """Hold the call bot's labels that are near ours against ours."""
    listed = json_lines(folder / "intent_callbot_zh/utterances.jsonl")
    return held(
        (row["text"], read_intent(row["text"]).main in NEAR[row["intent"]])
        for row in listed
        if row["intent"] in NEAR
    )
