"""The words of the behaviour language out of the business tables and the texts."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from config.texts import Texts
from domain.behaviour.attributes import attribute_terms
from domain.behaviour.vocabulary import Vocabulary
from domain.events.registry import EventRegistry
from domain.values import BUSINESS_ZONE

#: Where the Chinese words of attributes stand: what is told about people, what Clew derives.
SECTIONS = ("fact", "field")
#: Where the words of the codes stand that a fact may have.
OPTIONS = {
    "stage": "stage",
    "status": "status",
    "grade": "option.grade",
    "kind": "option.kind",
}


def vocabulary_of(
    events: EventRegistry, texts: Texts, zone: ZoneInfo = BUSINESS_ZONE
) -> Vocabulary:
    """Return the vocabulary without tags."""
    labels = {
        name: texts.get(f"{section}.{name}")
        for section in SECTIONS
        for name in texts.keys_under(section)
    }
    options = {
        name: {code: texts.get(f"{section}.{code}") for code in sorted(texts.keys_under(section))}
        for name, section in OPTIONS.items()
    }
    also = {name: texts.get(f"fact_also.{name}") for name in texts.keys_under("fact_also")}
    return Vocabulary(events, attribute_terms(labels, options, also), zone=zone)
