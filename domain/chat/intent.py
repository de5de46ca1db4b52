"""Text → what the customer wants: one main intent, others beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache

from domain.chat.intent_model import trained_model
from domain.chat.lexicon import default_lexicon
from domain.chat.likeness import Likeness, learn
from domain.chat.opt_out import find_opt_out
from domain.chat.passage import Span
from domain.chat.usual import REMEMBERED, comes_again
from domain.chat.words import intents as words
from domain.chat.words.examples import EXAMPLES
from domain.cleaning.text import fold


class Intent(StrEnum):
    """The nine labels of the chat conventions."""

    PRICE = "price"
    CONTENT = "content"
    TRIAL = "trial"
    BUY = "buy"
    COMPLAIN = "complain"
    REFUSE = "refuse"
    OPT_OUT = "opt_out"
    THANKS = "thanks"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Intents:
    """What a message wants. ``span``: evidence for ``main`` in the text as typed, if any."""

    main: Intent
    others: tuple[Intent, ...] = ()
    span: Span | None = None


#: What a rule adds to the likeness of its intent; tuned on invented messages.
_RULE_WEIGHTS = {
    Intent.PRICE: 2.5,
    Intent.CONTENT: 1.5,
    Intent.TRIAL: 4.5,
    Intent.BUY: 4.0,
    Intent.COMPLAIN: 5.5,
    Intent.THANKS: 0.5,
}
_FIRM_REFUSAL, _SOFT_REFUSAL = 4.5, 1.5
#: What a unit of the trained model counts beside a unit of likeness.
_TRAINED = 0.5
#: What it takes to leave ``other`` when no rule says so.
_NO_RULE = 2.5
#: Shorter messages are like everything; only rules read them.
_SHORTEST_JUDGED = 3
#: Of less familiar messages likeness says nothing: they are about something else.
_FAMILIAR = 0.3
_CHINESE = re.compile(r"[\u4e00-\u9fff]")

_SPACED = re.compile(r"(?:[\u4e00-\u9fff][\s.\-*·_]{1,2}){2,40}[\u4e00-\u9fff]")
_SEPARATOR = re.compile(r"[\s.\-*·_]")
_GREETING = re.compile(
    r"(?:请问)?(?:是)?[\u4e00-\u9fff]{0,2}(?:老师|您|你|大家)们?(?:您|你)?(?:好(?=[,。!?~\s呀啊]|$)|在吗|在不在|在不|吗$)"
)
_SIGN_UP = re.compile(r"报|名")
#: Longer messages are read from both ends: nobody types more, and work stays bounded.
_HEAD, _TAIL = 6_000, 2_000


def read_intent(text: str) -> Intents:
    """Return the intents of a customer's message.

    Rules name what they know; likeness to examples decides between them and places what
    no rule knows. A request for silence is always the main intent. Text without any cue
    is ``other``.
    """
    return _remembered(text) if comes_again(text) else _read(text)


@lru_cache(maxsize=REMEMBERED)
def _remembered(text: str) -> Intents:
    return _read(text)


def _read(text: str) -> Intents:
    squeezed = _Squeezed(text)
    found = dict(_found(squeezed.text))
    main = Intent.OPT_OUT if Intent.OPT_OUT in found else _likeliest(squeezed.text, found)
    others = tuple(intent for intent in Intent if intent in found and intent is not main)
    if main is Intent.OTHER:
        return Intents(main, others)
    span = squeezed.original(found[main]) if main in found else Span(0, len(text))
    return Intents(main, others, span)


@cache
def learned_examples() -> Likeness:
    """Return the learned examples; they are learned on the first call."""
    return learn(EXAMPLES)


def _likeliest(text: str, found: Mapping[Intent, Span]) -> Intent:
    """Return the main intent by rules and likeness together."""
    if not _CHINESE.search(text):
        return next((intent for intent in _RULE_WEIGHTS if intent in found), Intent.OTHER)
    is_strange = learned_examples().familiarity(text) < _FAMILIAR
    if not found and (len(text.strip()) < _SHORTEST_JUDGED or is_strange):
        return Intent.OTHER
    scores = _scores(text)
    # Likeness sees no difference between 别打电话 and 别忘了打电话: silence is for rules alone.
    del scores[Intent.OPT_OUT]
    if not found:
        scores[Intent.OTHER] += _NO_RULE
    for intent in found:
        scores[intent] += _weight(intent, text)
    if Intent.TRIAL in found and Intent.BUY in found and _is_only_sign_up(text):
        del scores[Intent.BUY]
    return max(scores, key=lambda intent: scores[intent])


def _scores(text: str) -> dict[Intent, float]:
    """Return what likeness to the examples and the trained model say together."""
    trained = trained_model().scores(text, default_lexicon().cut)
    likeness = learned_examples().scores(text)
    return {Intent(name): likeness[name] + _TRAINED * trained[name] for name in likeness}


def _weight(intent: Intent, text: str) -> float:
    """Return what the rule for ``intent`` counts; a firm no counts more than a soft one."""
    if intent is not Intent.REFUSE:
        return _RULE_WEIGHTS[intent]
    return _FIRM_REFUSAL if words.REFUSE_FIRMLY.search(text) else _SOFT_REFUSAL


class _Squeezed:
    """Folded, lower-case text without the blanks and dots of ``别 再 打 了``."""

    def __init__(self, text: str) -> None:
        folded = fold(text).lower()
        if len(folded) != len(text):  # lower() lengthens a few letters outside Chinese and English
            folded = fold(text)
        if len(folded) > _HEAD + _TAIL:
            kept = [*range(_HEAD), *range(len(folded) - _TAIL, len(folded))]
        else:
            kept = list(range(len(folded)))
        dropped = {
            position
            for found in _SPACED.finditer(folded)
            for position in range(*found.span())
            if _SEPARATOR.match(folded[position])
        }
        self._positions = [position for position in kept if position not in dropped]
        self.text = "".join(folded[position] for position in self._positions)

    def original(self, span: Span) -> Span:
        """Return where a span of the squeezed text lies in the text as typed."""
        return Span(self._positions[span.start], self._positions[span.end - 1] + 1)


def _found(text: str) -> Iterator[tuple[Intent, Span]]:
    """Yield every intent with its first evidence."""
    opt_out = find_opt_out(text)
    if opt_out:
        yield Intent.OPT_OUT, opt_out
    plain = _GREETING.sub(lambda greeting: "," * len(greeting[0]), text)
    sarcasm = _sarcasm(plain)
    complaint = sarcasm or _complaint(plain)
    if complaint:
        yield Intent.COMPLAIN, complaint
    for intent, pattern in (
        (Intent.BUY, words.BUY),
        (Intent.TRIAL, words.TRIAL),
        (Intent.PRICE, words.PRICE),
        (Intent.CONTENT, words.CONTENT),
    ):
        span = _first(pattern, plain)
        if span:
            yield intent, span
    refusal = _first(words.REFUSE_FIRMLY, plain) or _first(words.REFUSE_SOFTLY, plain)
    if refusal and not words.REFUND_QUESTION.search(plain):
        yield Intent.REFUSE, refusal
    thanks = None if sarcasm else _thanks(plain)
    if thanks:
        yield Intent.THANKS, thanks


_CLAUSE = re.compile(r"[^,。!?;\n…~]+")


def _first(pattern: re.Pattern[str], text: str) -> Span | None:
    """Return the first match of ``pattern`` inside one clause, so that ``^`` and ``$`` bound it."""
    for clause in _CLAUSE.finditer(text):
        found = pattern.search(clause[0].strip())
        if found:
            lead = len(clause[0]) - len(clause[0].lstrip())
            start = clause.start() + lead
            return Span(start + found.start(), start + found.end())
    return None


def _complaint(text: str) -> Span | None:
    """Return a complaint; a question about refunds before buying is none."""
    for clause in _CLAUSE.finditer(text):
        for found in words.COMPLAIN.finditer(clause[0]):
            is_refund = words.REFUND.fullmatch(found[0]) is not None
            if not (is_refund and words.REFUND_QUESTION.search(text)):
                return Span(clause.start() + found.start(), clause.start() + found.end())
    return None


def _sarcasm(text: str) -> Span | None:
    """Return praise or thanks that stand beside what went wrong."""
    if not words.SARCASM.search(text):
        return None
    return _first(words.PRAISE, text) or _first(words.THANKS, text) or _first(words.SARCASM, text)


def _thanks(text: str) -> Span | None:
    """Return sincere thanks, or praise of the seller."""
    thanks = _first(words.THANKS, text)
    if thanks:
        return thanks
    for clause in _CLAUSE.finditer(text):
        found = words.PRAISE.search(clause[0])
        if found and words.PRAISED.search(clause[0]):
            return Span(clause.start() + found.start(), clause.start() + found.end())
    return None


def _is_only_sign_up(text: str) -> bool:
    """Tell whether everything that sounds like buying is 报名, here for a trial lesson."""
    return all(_SIGN_UP.search(found[0]) for found in words.BUY.finditer(text))
