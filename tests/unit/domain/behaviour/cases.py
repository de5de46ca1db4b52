"""Random histories, clocks and expressions: few kinds, few values, many ties."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from domain.behaviour import syntax as tree
from domain.behaviour.syntax import Unit
from domain.columns.persons import Behaviour
from tests.factories import NOW, event

KINDS = ("pay", "view", "ask")
INTERACTIONS = frozenset({"view", "ask"})
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
WORDS = ("数学", "Math", "MATH", "art", "")
SPELLED = ("2026-02-28", "2026-03-01 08:00", "soon", "")
LISTS = ("art", "数学、art", "Math，ART; 数学", "、", "")
#: Sums of quarters are exact, so that the order of additions cannot matter here.
NUMBERS = st.integers(-8, 8).map(lambda quarter: quarter / 4)


def short(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return the same strategy with a short name; hypothesis warns of long ones."""

    @st.composite
    def one(draw: st.DrawFn) -> Any:
        return draw(strategy)

    return one()


moments = st.one_of(
    st.integers(-5, 5).map(lambda n: NOW + n * HOUR),
    st.integers(-200, 60).map(lambda n: NOW + n * HOUR / 2),
    st.integers(-9, 2).map(lambda n: NOW + timedelta(days=n)),
)
properties = st.fixed_dictionaries(
    {},
    optional={
        "amount": NUMBERS,
        "subject": st.sampled_from(WORDS),
        "is_new": st.booleans(),
        "due": st.one_of(moments.map(datetime.isoformat), st.sampled_from(SPELLED)),
        "gifts": st.sampled_from(LISTS),
        "mixed": st.one_of(NUMBERS, st.sampled_from(WORDS), st.booleans()),
    },
)
events = short(
    st.lists(
        st.builds(
            lambda kind, at, sequence, key, of: event(
                kind, event_at=at, source_sequence=sequence, dedupe_key=f"k{key}", properties=of
            ),
            st.sampled_from(KINDS),
            moments,
            st.integers(0, 1),
            st.integers(0, 30),
            properties,
        ),
        max_size=9,
        unique_by=lambda one: one.dedupe_key,
    )
)
facts = st.fixed_dictionaries(
    {},
    optional={
        "city": st.sampled_from(WORDS),
        "children": NUMBERS,
        "is_member": st.booleans(),
        "born_at": moments,
        "likes": st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(tuple),
        "mixed": st.one_of(NUMBERS, st.sampled_from(WORDS), st.booleans(), moments),
    },
)
persons = short(st.builds(Behaviour, events, facts, facts))

plain_windows = short(
    st.one_of(
        st.just(tree.EVER),
        st.builds(tree.Last, st.integers(1, 5), st.sampled_from(Unit)),
        st.builds(tree.Last, st.sampled_from([24, 60, 90]), st.just(Unit.MINUTE)),
        st.builds(tree.Between, st.none() | moments, st.none() | moments),
    )
)
spans = st.sampled_from([timedelta(0), HOUR / 2, HOUR, 5 * HOUR, timedelta(days=3)])
literals = st.builds(
    tree.Literal, st.one_of(NUMBERS, st.sampled_from(WORDS), st.booleans(), moments)
)
orders = st.sampled_from([one for one in tree.Relation if one is not tree.Relation.CONTAINS])
names = st.sampled_from(["amount", "subject", "is_new", "mixed", "due", "gifts", "nowhere"])


def combined(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(leaves, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        st.builds(tree.And, several),
        st.builds(tree.Or, several),
        st.builds(tree.Not, leaves),
    )


def conditions(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    options = st.lists(literals, min_size=1, max_size=3).map(tuple)
    single = st.one_of(
        st.builds(tree.Comparison, orders, values, st.one_of(literals, values)),
        st.builds(tree.Comparison, st.just(tree.Relation.CONTAINS), values, values | literals),
        st.builds(tree.Member, values, options),
        st.builds(tree.Known, values),
        values,
    )
    return short(st.recursive(single, combined, max_leaves=3))


def with_arithmetic(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.builds(tree.Arithmetic, st.sampled_from(tree.Operator), values, values)
    return short(values | several)


spelled = st.sampled_from(tree.Spelled)
properties_of_event = st.builds(tree.Property, names) | st.builds(
    tree.Cast, st.builds(tree.Property, names), spelled
)
wheres = st.none() | conditions(with_arithmetic(properties_of_event | literals))
patterns = short(st.builds(tree.EventPattern, st.sampled_from([*KINDS, "other", None]), wheres))
windows = short(
    st.one_of(
        plain_windows,
        st.builds(
            tree.Anchored,
            st.sampled_from(tree.End),
            patterns,
            spans,
            st.sampled_from(tree.Side),
            plain_windows,
        ),
    )
)
plain = st.sampled_from([tree.Function.COUNT, tree.Function.DAYS])
measuring = st.sampled_from([one for one in tree.Function if one not in {"count", "days"}])
plain_edges = st.builds(tree.Edge, st.sampled_from(tree.End), patterns, st.none() | names, windows)
edges = short(plain_edges | st.builds(tree.Cast, plain_edges, spelled))
about_person = short(
    st.builds(
        lambda kind, name: kind(name),
        st.sampled_from([tree.Attribute, tree.Tag]),
        st.sampled_from(["city", "children", "is_member", "born_at", "likes", "mixed", "nothing"]),
    )
)
values = short(
    st.one_of(
        about_person,
        st.builds(tree.Aggregate, plain, patterns, st.none(), windows),
        st.builds(tree.Aggregate, measuring, patterns, names, windows),
        edges,
        st.builds(tree.Age, edges | about_person, st.sampled_from(Unit)),
        st.builds(
            tree.Preference,
            patterns,
            st.sampled_from(["subject", "mixed"]),
            st.integers(1, 3),
            st.sampled_from([None, "amount", "mixed"]),
            windows,
        ),
    )
)
happenings = short(
    st.one_of(
        st.builds(tree.Done, patterns, windows),
        st.builds(
            tree.Sequence,
            st.lists(patterns, min_size=2, max_size=3).map(tuple),
            st.none() | spans,
            windows,
        ),
        st.builds(tree.NotFollowed, patterns, patterns, spans, windows),
    )
)
expressions = short(
    st.one_of(
        with_arithmetic(values),
        happenings,
        st.recursive(conditions(with_arithmetic(values)) | happenings, combined, max_leaves=4),
    )
)
