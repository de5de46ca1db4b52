"""People who come in with a phone, a name and a company, as a file or a partner tells of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from domain.identity.keys import Claim
from domain.lead import Lead, Touch
from domain.matching.rules import DedupRules, Rule
from domain.person import Attribute, Source
from domain.values import ContactKey, IdentityKind, PersonId
from handlers.actions.intake import call, learn, open_lead, recognise
from handlers.actions.record import Occurrence, record
from handlers.reactions import settle
from tests.factories import NOW
from tests.unit.handlers.company import Company


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What is told of somebody."""

    phone: str
    name: str = ""
    company: str = ""
    channel: str = "expo"
    at: datetime = NOW
    email: str = ""
    facts: tuple[tuple[str, str], ...] = ()

    def claims(self) -> list[Claim]:
        keys = [ContactKey(IdentityKind.PHONE, self.phone)]
        if self.email:
            keys.append(ContactKey(IdentityKind.EMAIL, self.email))
        return [Claim(key, is_verified=False, source=Source.IMPORT, at=self.at) for key in keys]


async def comes_in(company: Company, *newcomers: Newcomer) -> list[PersonId]:
    """Take people in, in one unit of work; return who they are as they came in."""
    found = []
    async with company.store.unit_of_work(company.clock.now()) as work:
        claims = [claim for one in newcomers for claim in one.claims()]
        await work.load(claim.key for claim in claims)
        for one in newcomers:
            person = await recognise(work, one.claims())
            call(work, person, one.name, Source.IMPORT, one.at)
            facts = dict(one.facts) | ({"company": one.company} if one.company else {})
            learn(
                work,
                person,
                {n: Attribute(v, Source.IMPORT, one.at) for n, v in facts.items()},
            )
            key = f"import:{one.phone}:{one.at.isoformat()}"
            record(work, company.ctx, person.id, Occurrence("lead_imported", one.at, key))
            open_lead(work, company.ctx, person, Touch(one.channel, "", one.at))
            found.append(person.id)
        await settle(work, replace(company.ctx, offers_leads=False))
        await work.commit()
    return found


async def lead_of(company: Company, person_id: PersonId) -> Lead:
    """Return the only lead of a person as they came in."""
    (lead,) = [lead for lead in await company.leads() if lead.person_id == person_id]
    return lead


def with_rules(company: Company, rules: DedupRules) -> None:
    """Let the company decide about duplicates by other rules."""
    company.ctx = replace(company.ctx, catalog=replace(company.ctx.catalog, dedup=rules))


def with_changed_rules(company: Company, **changes: object) -> None:
    """Change something about every rule."""
    rules = company.ctx.catalog.dedup
    changed: list[Rule] = [replace(rule, **changes) for rule in rules.rules]  # type: ignore[arg-type]
    with_rules(company, replace(rules, rules=tuple(changed)))
