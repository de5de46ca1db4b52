"""Look up before creating 查重: is this person, or this company, there already.

:func:`check` is behind the chat command; the HTTP API, which shows no names, has
:func:`companies_of` in common with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from domain.cleaning.phone import normalise_phone
from domain.lead import Lead
from domain.lifecycle.transitions import Actor
from domain.matching.company import CompanyMatch
from domain.values import ContactKey, IdentityKind, Refusal, UserId
from handlers.actions.look_up import may_see
from storage.queries.duplicates import Known, leads_of_companies, leads_of_keys
from storage.repositories.companies import KnownCompany, companies_like

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

NOTHING_WANTED = "nothing_to_look_up"
#: Companies whose people are listed at most.
_MOST_COMPANIES = 20


class Likeness(StrEnum):
    """How a hit was found."""

    #: An equal identity.
    IDENTITY = "identity"
    #: The same company, however it is written.
    COMPANY = "company"
    #: A company that may be the same.
    LIKE_COMPANY = "like_company"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked up: identities, a company, or both. Phones as typed."""

    company: str = ""
    phone: str = field(default="", repr=False)
    wechat: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    uid: str = ""

    def keys(self) -> tuple[ContactKey, ...] | Refusal:
        """Return the identities, normalised; refused when the phone is none."""
        found = [
            ContactKey(kind, value.strip().casefold())
            for kind, value in (
                (IdentityKind.WECHAT, self.wechat),
                (IdentityKind.EMAIL, self.email),
            )
            if value.strip()
        ]
        if self.uid:
            found.append(ContactKey(IdentityKind.UID, self.uid))
        if not self.phone:
            return tuple(found)
        phone = normalise_phone(self.phone)
        if isinstance(phone, Refusal):
            return phone
        return (*found, ContactKey(IdentityKind.PHONE, phone.e164))


@dataclass(frozen=True, slots=True)
class Hit:
    """A lead that is there already.

    ``name`` is empty unless the asker may see the lead; ``owner`` is never hidden:
    who follows somebody is what the look-up is for. ``alike`` runs from 0 to 1.
    """

    lead: Lead
    how: Likeness
    alike: float
    name: str
    company: str
    owner_name: str
    is_visible: bool

    @property
    def owner(self) -> UserId | None:
        """Return who follows the lead."""
        return self.lead.owner


async def check(
    work: UnitOfWork, ctx: Context, actor: Actor, wanted: Wanted, via: str = "chat"
) -> tuple[Hit, ...] | Refusal:
    """Return the leads that are there already, the surest first; each is counted once.

    Invalid leads count too: whoever was refused before is not new. Each look at a lead
    that the asker may see is written to the access log, ``via`` a door.
    """
    keys = wanted.keys()
    if isinstance(keys, Refusal):
        return keys
    if not keys and not wanted.company.strip():
        return Refusal(NOTHING_WANTED)
    found: dict[int, Hit] = {}
    if keys:
        for known in await leads_of_keys(work.tx, work.vault, keys):
            found[known.lead.id] = await _hit(work, actor, known, (Likeness.IDENTITY, 1.0, ""))
    for hit in await _by_company(work, ctx, actor, wanted.company):
        found.setdefault(hit.lead.id, hit)
    for hit in found.values():
        if hit.is_visible:
            await work.records.looked(
                actor.name, hit.lead.person_id, what="look_up", via=via, at=work.now
            )
    return tuple(sorted(found.values(), key=_surest_first))


def _surest_first(hit: Hit) -> tuple[bool, float, bool, int]:
    return (hit.how is not Likeness.IDENTITY, -hit.alike, not hit.lead.is_open, hit.lead.id)


@dataclass(frozen=True, slots=True)
class CompanyHit:
    """A company that is there already, how it stands to the one looked up, and its leads."""

    company: KnownCompany
    known: tuple[Known, ...]

    @property
    def how(self) -> Likeness:
        """Return whether it is the same or may be."""
        is_same = self.company.match is CompanyMatch.SAME
        return Likeness.COMPANY if is_same else Likeness.LIKE_COMPANY


async def companies_of(work: UnitOfWork, ctx: Context, name: str) -> tuple[CompanyHit, ...]:
    """Return companies with leads that ``name`` means or may mean, the likest first."""
    if not name.strip():
        return ()  # most look-ups name a phone: nothing has to be asked for them
    await ctx.aliases.refresh(work.tx)
    key = ctx.dedup.aliases.key(name)
    if not key.brand:
        return ()
    companies = (await companies_like(work.tx, key))[:_MOST_COMPANIES]
    leads: dict[int, list[Known]] = {company.id: [] for company in companies}
    for known in await leads_of_companies(work.tx, list(leads)):
        leads[known.company_id or 0].append(known)
    return tuple(CompanyHit(c, tuple(leads[c.id])) for c in companies if leads[c.id])


async def _by_company(work: UnitOfWork, ctx: Context, actor: Actor, name: str) -> list[Hit]:
    return [
        await _hit(work, actor, known, (hit.how, hit.company.likeness, hit.company.name))
        for hit in await companies_of(work, ctx, name)
        for known in hit.known
    ]


async def _hit(
    work: UnitOfWork, actor: Actor, known: Known, how: tuple[Likeness, float, str]
) -> Hit:
    likeness, alike, company = how
    lead = known.lead
    is_visible = may_see(lead, actor)
    return Hit(
        lead=lead,
        how=likeness,
        alike=alike,
        name=known.name if is_visible else "",
        company=company,
        owner_name=await work.organisation.name_of(lead.owner) if lead.owner else "",
        is_visible=is_visible,
    )
