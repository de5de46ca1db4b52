"""Facts about a person: which of two statements stands.

Statements form a register ordered by (who says so, event time, value), so the
result does not depend on the order in which they are processed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from domain.changing import replace
from domain.person import Attribute, Person, Relation, RelationState, Source
from domain.values import UserId, same_userid

#: Who is believed more: what a person entered stands against every machine.
_RANK = {
    Source.TEXT: 0,
    Source.TRACKER: 0,
    Source.IMPORT: 1,
    Source.PLATFORM: 2,
    Source.API: 2,
    Source.HUMAN: 3,
}


def with_facts(person: Person, facts: Mapping[str, Attribute]) -> Person:
    """Return the person with those ``facts`` that stand against what is known."""
    merged = dict(person.attributes)
    for name, fact in facts.items():
        before = merged.get(name)
        if before is None or _weight(fact) > _weight(before):
            merged[name] = fact
    if merged == person.attributes:
        return person
    name_fact = merged.get("name")
    return replace(
        person,
        attributes=MappingProxyType(merged),
        name=name_fact.value if name_fact else person.name,
    )


def _weight(fact: Attribute) -> tuple[int, datetime, str, float, str, str]:
    return (
        _RANK[fact.source],
        fact.set_at,
        fact.value,
        fact.confidence,
        fact.evidence,
        fact.source.value,
    )


def with_relation(person: Person, userid: UserId, state: RelationState, at: datetime) -> Person:
    """Return the person with the relation to a rep as an event at ``at`` tells it.

    A report older than the one that stands changes only ``since`` (the first
    time they met). Half-added and added at the same second count as added.
    """
    return _related(person, _told(_relation(person, userid), userid, state, at))


@dataclass(frozen=True, slots=True)
class SeenByRep:
    """What the platform's list of followers says about one rep and the customer."""

    userid: UserId
    since: datetime
    remark: str = ""
    tag_ids: Collection[str] = ()


def with_follower(person: Person, seen: SeenByRep) -> Person:
    """Return the person with what the platform's list of followers says about a rep.

    The list knows since when, the newest remark and the corp tags. It does not tell
    half-added from added: what an event of that moment said stands.
    """
    userid, since = seen.userid, seen.since
    relation = _relation(person, userid)
    if relation is None or since > relation.changed_at:
        relation = _told(relation, userid, RelationState.FRIEND, since)
    since = min(since, relation.since)
    known = replace(relation, since=since, remark=seen.remark, tag_ids=tuple(sorted(seen.tag_ids)))
    return _related(person, known)


def _told(before: Relation | None, userid: UserId, state: RelationState, at: datetime) -> Relation:
    if before is None:
        return Relation(userid, state, since=at, changed_at=at)
    is_newer = (at, _state_rank(state)) > (before.changed_at, _state_rank(before.state))
    return replace(
        before,
        state=state if is_newer else before.state,
        changed_at=max(at, before.changed_at),
        since=min(at, before.since),
    )


def has_relation(person: Person, userid: UserId) -> bool:
    """Tell whether anything is known between the person and the rep."""
    return _relation(person, userid) is not None


def _relation(person: Person, userid: UserId) -> Relation | None:
    return next((r for r in person.relations if same_userid(r.userid, userid)), None)


def _related(person: Person, new: Relation) -> Person:
    others = [r for r in person.relations if not same_userid(r.userid, new.userid)]
    return replace(person, relations=(*others, new))


def _state_rank(state: RelationState) -> int:
    return list(RelationState).index(state) if state is not RelationState.HALF else -1
