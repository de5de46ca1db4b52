"""Looking persons and leads up by the signed API: masked unless allowed, every look on record."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import web

from domain.access import Scope
from domain.cleaning.phone import mask_phone
from domain.intake.form import FormKey
from domain.lead import Lead
from domain.person import Person
from domain.values import IdentityKind, LeadId, PersonId
from handlers.actions.dedup.check import CompanyHit, Likeness, companies_of
from handlers.web.api.document import Faults, read_json, read_struct
from handlers.web.api.forms import Reader
from handlers.web.api.problem import ApiProblem, json_answer
from handlers.web.api.schemas import (
    CompanyOut,
    LeadOut,
    LookupIn,
    LookupOut,
    PersonOut,
    ReceiptState,
)

if TYPE_CHECKING:
    from handlers.context import Context
    from handlers.web.api.gate import Call
    from storage.api_keys import ApiKeys
    from storage.unit_of_work import Store, UnitOfWork

_ID = re.compile(r"[0-9]{1,18}", re.ASCII)
_RECEIPT = re.compile(r"([A-Za-z0-9_-]{43})\.(\d{1,3})")


@dataclass(frozen=True, slots=True)
class Reading:
    """Answers what is known of persons and leads."""

    ctx: Context
    store: Store
    keys: ApiKeys

    async def lookup(self, call: Call) -> web.Response:
        """Tell who holds one of the identities 查重, and whether a company is there already."""
        faults = Faults(self.ctx.words)
        given = read_struct(read_json(call.body), LookupIn, "", faults)
        keys, company = tuple[FormKey, ...](), given.company if given else ""
        if given is not None:
            keys = Reader(self.ctx, call.key, call.now, "", faults).keys(given, company)
        if faults.found:
            raise ApiProblem(HTTPStatus.UNPROCESSABLE_ENTITY, "wrong_fields", fields=faults.found)
        async with self.store.unit_of_work(call.now) as work:
            await work.load(one.key for one in keys)
            holders = [p for one in keys if (p := work.people.holder(one.key))]
            roots = dict.fromkeys(p.root_id for p in holders)
            persons = [await self._person(work, call, root) for root in roots]
            hits = await companies_of(work, self.ctx, company)
            companies = [await self._company(work, call, hit) for hit in hits]
            await work.commit()
        exists = bool(persons) or any(hit.how is Likeness.COMPANY for hit in hits)
        return json_answer(LookupOut(exists, persons, companies))

    async def lead(self, call: Call) -> web.Response:
        """Show a lead with its person."""
        word = call.request.match_info["lead_id"]
        if not _ID.fullmatch(word):
            raise ApiProblem(HTTPStatus.NOT_FOUND, "no_lead")
        lead_id = LeadId(int(word))
        async with self.store.unit_of_work(call.now) as work:
            await work.load((), [lead_id])
            if not work.leads.knows(lead_id):
                raise ApiProblem(HTTPStatus.NOT_FOUND, "no_lead")
            person = await self._person(work, call, work.leads.get(lead_id).person_id)
            await work.commit()
        return json_answer(person)

    async def receipt(self, call: Call) -> web.Response:
        """Tell what became of something that was handed in."""
        found = _RECEIPT.fullmatch(call.request.match_info["receipt"])
        if not found or not await self._is_known(found[1]):
            raise ApiProblem(HTTPStatus.NOT_FOUND, "no_receipt")
        async with self.store.unit_of_work(call.now) as work:
            person_id = await work.events.person_of(f"api:{found[1]}:{found[2]}")
            if person_id is None:
                return json_answer(ReceiptState("waiting"))
            await work.load_people([person_id])
            root = work.people.root(person_id)
            leads = [_lead(lead) for lead in work.leads_of(root.id)]
        return json_answer(ReceiptState("done", str(root.id), leads))

    async def _is_known(self, receipt: str) -> bool:
        try:
            digest = base64.urlsafe_b64decode(receipt + "=")
        except binascii.Error:
            return False
        return await self.keys.was_used(digest)

    async def _company(self, work: UnitOfWork, call: Call, hit: CompanyHit) -> CompanyOut:
        """Return a company with the leads of its people; who they are is not told."""
        looker = call.key.looker
        for person in dict.fromkeys(known.root_id for known in hit.known):
            await work.records.looked(looker, person, what="look_up", via="api", at=call.now)
        company = hit.company
        leads = [_lead(known.lead) for known in hit.known]
        return CompanyOut(company.name, hit.how, round(company.likeness, 3), leads)

    async def _person(self, work: UnitOfWork, call: Call, person_id: PersonId) -> PersonOut:
        person = work.people.whole(person_id)
        sees_all = call.key.may(Scope.CONTACTS_READ)
        what = "portrait_with_phone" if sees_all else "portrait"
        await work.records.looked(call.key.looker, person.id, what=what, via="api", at=call.now)
        phone = _value(person, IdentityKind.PHONE)
        return PersonOut(
            id=str(person.id),
            name=person.name,
            phone=phone if sees_all else mask_phone(phone),
            wechat=_value(person, IdentityKind.WECHAT) if sees_all else "",
            email=_value(person, IdentityKind.EMAIL) if sees_all else "",
            opted_out=person.opted_out_at is not None,
            attributes={n: a.value for n, a in sorted(person.attributes.items()) if a.value},
            leads=[_lead(lead) for lead in work.leads_of(person_id)],
        )


def _value(person: Person, kind: IdentityKind) -> str:
    key = person.key_of(kind)
    return key.value if key else ""


def _lead(lead: Lead) -> LeadOut:
    return LeadOut(
        id=str(lead.id),
        line=lead.product_line,
        kind=lead.kind,
        stage=lead.stage,
        status=lead.status or "",
        owner=lead.owner or "",
        channel=lead.first_touch.channel if lead.first_touch else "",
        score=round(lead.score.composite, 1),
        created_at=lead.created_at,
    )
