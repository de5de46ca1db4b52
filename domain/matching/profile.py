"""A person as rules compare them: a few values by name, and the blocks they stand in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.cleaning.name import surname_of
from domain.cleaning.text import clean_text
from domain.matching.company import CompanyMatch, compare_companies
from domain.matching.linkage import Evidence, Reason, Verdict
from domain.matching.rules import DedupRules, MatchKind, Rule
from domain.person import Person
from domain.values import IdentityKind, PersonId

#: Values of a profile beside attributes.
NAME, SURNAME, COMPANY, PHONE, EMAIL_DOMAIN = "name", "surname", "company", "phone", "email_domain"
OWN_VALUES = frozenset({NAME, SURNAME, COMPANY, PHONE, EMAIL_DOMAIN})
#: Personal: compared in memory, never part of a block.
PERSONAL = frozenset({PHONE})


@dataclass(frozen=True, slots=True)
class Profile:
    """Whom it describes, when they were last seen, and their values by field name."""

    person_id: PersonId
    seen_at: datetime
    values: Mapping[str, str]
    is_proven: bool = False


@dataclass(frozen=True, slots=True)
class Twin:
    """Somebody who may be the same: by which rule, how sure, and why."""

    person_id: PersonId
    rule: Rule
    verdict: Verdict
    evidence: Evidence


def profile_of(person: Person, seen_at: datetime, rules: DedupRules) -> Profile:
    """Return the profile of a whole person (:meth:`People.whole`)."""
    values = {name: clean_text(fact.value) for name, fact in person.attributes.items()}
    values[NAME] = clean_text(person.name)
    values[SURNAME] = surname_of(person.name)
    for kind, name in ((IdentityKind.PHONE, PHONE), (IdentityKind.EMAIL, EMAIL_DOMAIN)):
        key = person.key_of(kind)
        values[name] = key.value if key else ""
    domain = values[EMAIL_DOMAIN].rpartition("@")[2].casefold()
    values[EMAIL_DOMAIN] = "" if domain in rules.public_mail else domain
    wanted = rules.compared
    kept = {name: value for name, value in values.items() if value and name in wanted}
    return Profile(person.id, seen_at, kept, person.has_verified_platform_identity())


def blocks(values: Mapping[str, str], rules: DedupRules) -> frozenset[str]:
    """Return the keys under which twins of these values are looked for; none is personal."""
    found: set[str] = set()
    words: dict[str, str] = {}
    for rule in rules.rules:
        for fields in rule.blocks:
            shared = [name for name in fields if name not in PERSONAL]
            if not shared or not all(values.get(name) for name in shared):
                continue
            for name in shared:
                if name not in words:
                    words[name] = f"{name}={_blocked(name, values[name], rules)}"
            found.add("|".join([words[name] for name in shared]))
    return frozenset(found)


def _blocked(name: str, value: str, rules: DedupRules) -> str:
    if name == COMPANY:
        return rules.aliases.key(value).brand
    return value.casefold()


def twins(
    profile: Profile, others: Iterable[Profile], rules: DedupRules, now: datetime
) -> list[Twin]:
    """Return who may be the same, the surest first; whoever no rule speaks of is left out.

    Combined rules come before fuzzy ones. Two persons whom the platform vouches for are
    never merged by what anyone can type: they are for a human.
    """
    found = [twin for other in others if (twin := _twin(profile, other, rules, now))]
    return sorted(found, key=lambda t: (t.verdict is not Verdict.MERGE, -t.evidence.bits))


def _twin(one: Profile, other: Profile, rules: DedupRules, now: datetime) -> Twin | None:
    for rule in rules.rules:
        if rule.kind is MatchKind.EXACT or not rule.window.reaches(other.seen_at, now):
            continue
        verdict, evidence = _judged(rule, one, other, rules)
        if verdict is Verdict.APART:
            continue
        if one.is_proven and other.is_proven:
            verdict = Verdict.REVIEW
        return Twin(other.person_id, rule, verdict, evidence)
    return None


def _judged(
    rule: Rule, one: Profile, other: Profile, rules: DedupRules
) -> tuple[Verdict, Evidence]:
    if rule.model is not None:
        evidence = rule.model.weigh(_branded(one, rules), _branded(other, rules))
        return rule.model.verdict(evidence.bits), evidence
    sure = [_agrees(name, one.values, other.values, rules) for name in rule.fields]
    reasons = tuple(Reason(name, 1, 0.0) for name in rule.fields)
    if not all(sure):
        return Verdict.APART, Evidence(0.0, ())
    is_certain = rule.is_merging and CompanyMatch.LIKELY not in sure
    return (Verdict.MERGE if is_certain else Verdict.REVIEW), Evidence(_CERTAIN, reasons)


#: Bits of a combined match, where every field is equal: beyond any fuzzy one.
_CERTAIN = 60.0


def _agrees(
    name: str, one: Mapping[str, str], other: Mapping[str, str], rules: DedupRules
) -> CompanyMatch | None:
    left, right = one.get(name, ""), other.get(name, "")
    if not left or not right:
        return None
    if name == COMPANY:
        match, _ = compare_companies(rules.aliases.key(left), rules.aliases.key(right))
        return None if match is CompanyMatch.APART else match
    return CompanyMatch.SAME if left.casefold() == right.casefold() else None


def _branded(profile: Profile, rules: DedupRules) -> Mapping[str, str]:
    """Return the values with an alias of a company in place of what it stands for."""
    company = profile.values.get(COMPANY, "")
    brand = rules.aliases.brands.get(company.replace(" ", "").casefold())
    return {**profile.values, COMPANY: brand} if brand else profile.values
