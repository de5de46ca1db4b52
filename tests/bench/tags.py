"""Tags: CPU time to compute the ready-made ones, alone, in a batch and in bulk."""

from __future__ import annotations

import time
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from config.load import load_catalog
from config.texts import load_texts
from domain.columns.days import Moments
from domain.columns.persons import Columns, columns_in_order
from domain.events.event import in_order
from domain.tags.evaluate import TagPlan
from domain.values import BUSINESS_ZONE
from tests.bench.measure import figure
from tests.factories import NOW, event

if TYPE_CHECKING:
    from domain.events.event import Event

EVENTS = 100
#: (persons at once, repetitions)
SIZES = ((1, 200), (64, 20), (2_000, 1))


def main() -> None:
    """Print the figures as JSON lines."""
    catalog = load_catalog(load_texts())
    plan, interactions = TagPlan.of(catalog.tags), catalog.events.interactions()
    figure("tags", "definitions", len(catalog.tags.specs), "tags")
    moments = Moments.at(NOW, BUSINESS_ZONE)
    for persons, times in SIZES:
        chance = Random(persons)
        histories = [in_order(_history(chance)) for _ in range(persons)]
        laid_out(histories[:1], plan, interactions)
        started = time.process_time()
        for _ in range(times):
            plan.run(laid_out(histories, plan, interactions), moments)
        spent = (time.process_time() - started) / times / persons
        figure("tags", f"all_tags_{EVENTS}_events_{persons}_at_once_us", spent * 1e6, "µs/person")


def laid_out(
    histories: list[tuple[Event, ...]], plan: TagPlan, interactions: frozenset[str]
) -> Columns:
    """Lay histories out as a unit of work does."""
    return columns_in_order(
        histories, BUSINESS_ZONE, interactions=interactions, properties=plan.properties
    )


def _history(chance: Random) -> list[Event]:
    kinds = ("pay_order", "submit_order", "view_page", "kf_message", "intent_price", "log_in")
    return [
        event(
            chance.choice(kinds),
            event_at=NOW - timedelta(minutes=chance.randrange(400 * 1440)),
            properties={
                "amount": float(chance.randrange(1, 5_000)),
                "category": chance.choice(("math", "english", "physics", "art")),
            },
        )
        for _ in range(EVENTS)
    ]
