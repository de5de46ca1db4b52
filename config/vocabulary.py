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


def vocabulary_of(
    events: EventRegistry, texts: Texts, zone: ZoneInfo = BUSINESS_ZONE
) -> Vocabulary:
    """Return the vocabulary without tags."""
    labels = {
        name: texts.get(f"{section}.{name}")
        for section in SECTIONS
        for name in texts.keys_under(section)
    }
    return Vocabulary(events, attribute_terms(labels), zone=zone)
