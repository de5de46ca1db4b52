"""A person and a lead as flat facts, for the tables that ask about them."""

from __future__ import annotations

from domain.condition import Fact
from domain.lead import Lead
from domain.person import Person, RelationState
from domain.values import IdentityKind

#: Flags that follow from identities, by kind.
_KNOWN_BY = {
    IdentityKind.PHONE: "has_phone",
    IdentityKind.WECHAT: "has_wechat",
    IdentityKind.EMAIL: "has_email",
}
#: Facts derived from a person; tables may use them beside any attribute.
PERSON_FACTS = frozenset(
    {*_KNOWN_BY.values(), "is_verified", "is_wecom_friend", "is_opted_out", "learners"}
)
#: Facts derived from a lead.
LEAD_FACTS = frozenset(
    {
        "product_line",
        "kind",
        "cycle",
        "stage",
        "status",
        "channel",
        "last_channel",
        "grade",
        "level",
        "static",
        "dynamic",
        "composite",
        "is_mature",
    }
)


def facts_of(person: Person) -> dict[str, Fact]:
    """Return attributes by name, what follows from identities, and the first learner's data.

    An attribute of the person wins over the learner's.
    """
    facts: dict[str, Fact] = {}
    if person.learners:
        learner = person.learners[0]
        facts.update(child_grade=learner.grade, subject=learner.subject)
        if learner.age is not None:
            facts["age"] = float(learner.age)
    facts.update({name: a.value for name, a in person.attributes.items() if a.value})
    for kind, flag in _KNOWN_BY.items():
        facts[flag] = person.key_of(kind) is not None
    facts["is_verified"] = person.has_verified_platform_identity()
    facts["is_wecom_friend"] = any(r.state is RelationState.FRIEND for r in person.relations)
    facts["is_opted_out"] = person.opted_out_at is not None
    facts["learners"] = float(len(person.learners))
    return facts


def facts_of_lead(person: Person, lead: Lead) -> dict[str, Fact]:
    """Return the person's facts and the lead's own, by which leads are routed and advised."""
    score = lead.score
    return facts_of(person) | {
        "product_line": lead.product_line,
        "kind": lead.kind.value,
        "cycle": float(lead.cycle),
        "stage": lead.stage.value,
        "status": lead.status.value if lead.status else "",
        "channel": lead.first_touch.channel if lead.first_touch else "",
        "last_channel": lead.last_touch.channel if lead.last_touch else "",
        "grade": score.grade.value,
        "level": float(score.level),
        "static": score.static,
        "dynamic": score.dynamic,
        "composite": score.composite,
        "is_mature": score.is_mature,
    }
