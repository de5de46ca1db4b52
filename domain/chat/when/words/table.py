"""All rules for day words, in the order in which they are tried."""

from __future__ import annotations

from domain.chat.when.words.dates import DATE_RULES
from domain.chat.when.words.feasts import FEAST_RULES
from domain.chat.when.words.said import Rule, Said
from domain.chat.when.words.spans import PAST_RULES, SPAN_RULES, VAGUE_RULES
from domain.chat.when.words.weeks import WEEK_RULES

#: What lies behind comes first; lunar dates and feasts before months by number.
RULES: tuple[Rule, ...] = (
    *PAST_RULES,
    *SPAN_RULES,
    *WEEK_RULES,
    *FEAST_RULES,
    *DATE_RULES,
    *VAGUE_RULES,
)


def said_at(text: str, position: int) -> tuple[Said, int] | None:
    """Return what the day word at ``position`` of folded ``text`` says, and where it ends."""
    for pattern, build in RULES:
        found = pattern.match(text, position)
        if found and found.end() > position:
            said = build(found)
            if said is not None:
                return said, found.end()
    return None
