"""Do the tables agree with each other, and is everything they name there?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from config.agree_rules import rule_disagreements, unknown
from config.problems import Problem
from config.tables import channels, dedup, filters, lifecycle, pools, sop, trackers, welcome
from config.texts import FILE as TEXTS_FILE
from config.texts import Texts
from domain.catalog import Catalog
from domain.condition import Condition
from domain.facts import LEAD_FACTS, PERSON_FACTS
from domain.lead import Stage, Status
from domain.matching.profile import OWN_VALUES
from domain.portrait import BEHAVIOUR_FACTS
from domain.screening.rules import Reason, Verdict

#: Moves that Clew makes by itself; a table without them would leave leads stuck.
OWN_TRANSITIONS = (
    "screen",
    "to_nurture_pool",
    "to_department_pool",
    "assign",
    "invalidate",
    "restore",
    "recall",
)


def disagreements(catalog: Catalog, texts: Texts) -> Iterator[Problem]:
    """Yield every name in a table that nothing stands behind, and every missing text."""
    facts = PERSON_FACTS | texts.keys_under("field")
    lead_facts = facts | LEAD_FACTS | BEHAVIOUR_FACTS
    yield from _channels(catalog)
    yield from rule_disagreements(catalog.rules, catalog, texts)
    yield from _pools(catalog, lead_facts)
    yield from _steps(catalog, lead_facts)
    yield from _trackers(catalog)
    yield from _dedup(catalog, facts)
    yield from _transitions(catalog)
    yield from _filters(catalog, facts)
    yield from _texts(catalog, texts)


def _channels(catalog: Catalog) -> Iterator[Problem]:
    known = frozenset(catalog.channels.channels)
    named = [("fallback", catalog.attribution.fallback)]
    named += [
        (f"attribution[{number}].channel", rule.channel)
        for number, rule in enumerate(catalog.attribution.rules)
    ]
    for key, code in named:
        yield from unknown(code, known, Problem(channels.FILE, "no_such_channel", key))
    for code in catalog.welcomes.by_channel:
        if code:
            yield from unknown(code, known, Problem(welcome.FILE, "no_such_channel", "channels"))


def _pools(catalog: Catalog, facts: frozenset[str]) -> Iterator[Problem]:
    kinds = frozenset(catalog.events.kinds)
    for pool in catalog.pools.pools.values():
        yield from _facts(pool.when, facts, Problem(pools.FILE, "no_such_fact", pool.code))
        for kind in sorted(pool.rules.resets):
            yield from unknown(kind, kinds, Problem(pools.FILE, "no_such_kind", pool.code))


def _steps(catalog: Catalog, facts: frozenset[str]) -> Iterator[Problem]:
    for step in catalog.sop.steps:
        yield from _facts(step.when, facts, Problem(sop.FILE, "no_such_fact", step.code))


def _trackers(catalog: Catalog) -> Iterator[Problem]:
    kinds = frozenset(catalog.events.kinds)
    for name, rule in catalog.trackers.kinds.items():
        yield from unknown(rule.kind, kinds, Problem(trackers.FILE, "no_such_kind", name))


def _dedup(catalog: Catalog, facts: frozenset[str]) -> Iterator[Problem]:
    kinds = frozenset(catalog.events.kinds)
    for kind in sorted(catalog.dedup.arrivals):
        yield from unknown(kind, kinds, Problem(dedup.FILE, "no_such_kind", "arrivals"))
    for name in sorted(catalog.dedup.compared):
        yield from unknown(name, facts | OWN_VALUES, Problem(dedup.FILE, "no_such_fact", name))


def _transitions(catalog: Catalog) -> Iterator[Problem]:
    for name in OWN_TRANSITIONS:
        if name not in catalog.lifecycle.transitions:
            yield Problem(lifecycle.FILE, "transition_missing", name)


def _filters(catalog: Catalog, facts: frozenset[str]) -> Iterator[Problem]:
    """A reason that rejects is a reason of the transition that makes a lead invalid."""
    for name in catalog.filters.fields:
        yield from unknown(name, facts, Problem(filters.FILE, "no_such_fact", "fields"))
    invalidate = catalog.lifecycle.transitions.get("invalidate")
    known = frozenset(invalidate.reasons) if invalidate else frozenset()
    for reason in Reason:
        if catalog.filters.verdict(reason) is Verdict.REJECT and known and reason not in known:
            yield Problem(lifecycle.FILE, "reason_missing", reason.value)


def _texts(catalog: Catalog, texts: Texts) -> Iterator[Problem]:
    for key in sorted(set(_needed_texts(catalog))):
        if key not in texts:
            yield Problem(TEXTS_FILE, "text_missing", key)


def _needed_texts(catalog: Catalog) -> Iterator[str]:
    yield from (f"stage.{stage.value}" for stage in Stage)
    yield from (f"status.{status.value}" for status in Status)
    for step in catalog.sop.steps:
        yield from (f"next_step.{step.code}", f"words.{step.code}")
    yield from (f"objection.{reason.value}" for reason in Reason)
    for transition in catalog.lifecycle.transitions.values():
        yield from (f"reason.{code}" for code in transition.reasons)


def _facts(
    conditions: Iterable[Condition], known: frozenset[str], problem: Problem
) -> Iterator[Problem]:
    for condition in conditions:
        yield from unknown(condition.name, known, problem)
