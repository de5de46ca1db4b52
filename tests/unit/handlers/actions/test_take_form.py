"""Forms of other systems: one that gives only a made-up phone is a lead that is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.intake.form import Call, FormKey, LeadForm
from domain.intake.mapping import MadeUp
from domain.lead import LeadKind, Stage
from domain.person import Source
from domain.values import ContactKey, IdentityKind
from handlers.updates.submitted import FormSubmitted
from tests.unit.handlers import acts
from tests.unit.handlers.company import Company

FAKE = MadeUp("phone", "phone_fake")


async def writes(company: Company, note: str, **told: str) -> None:
    """Take a form in on which somebody wrote in their own words, twice."""
    now, key = company.clock.now(), FormKey(ContactKey(IdentityKind.UID, "crm:1"), is_verified=True)
    form = LeadForm("api:note:0", "api:crm", Call.LEAD, now, (key,), note=note, attributes=told)
    update = FormSubmitted(source="api:crm", at=now, dedupe_key=form.reference, form=form)
    for _ in range(2):
        await company.receives(update)


async def test_what_is_written_on_a_form_is_read_like_what_is_said(company: Company) -> None:
    note = f"孩子三年级，想约试听数学，电话{acts.PHONE}"
    await writes(company, note, subject="英语")
    person = await company.person(ContactKey(IdentityKind.PHONE, acts.E164))
    known = {name: (fact.value, fact.source) for name, fact in person.attributes.items()}
    assert known["child_grade"] == ("三年级", Source.TEXT)
    assert known["subject"] == ("英语", Source.API), "a field of the form stands"
    assert person.attributes["child_grade"].evidence == note
    kinds = await company.kinds()
    assert {"intent_trial", "phone_given"} <= set(kinds)
    assert [kinds.count(kind) for kind in ("lead_submitted", "intent_trial", "phone_given")] == [
        1
    ] * 3
    assert await company.count("lead") == 1


async def test_silence_asked_for_on_a_form_is_heard(company: Company) -> None:
    await writes(company, "不要再给我打电话了")
    person = await company.person(ContactKey(IdentityKind.UID, "crm:1"))
    assert person.opted_out_at is not None


MAIL = FormKey(ContactKey(IdentityKind.EMAIL, "zhang@mail.cn"), is_verified=False)


@pytest.mark.parametrize("keys", [(), (MAIL,)], ids=["only a made-up phone", "an e-mail address"])
async def test_a_phone_in_the_note_is_of_whoever_the_form_is_about(
    company: Company, keys: tuple[FormKey, ...]
) -> None:
    await hands_in(company, "api:receipt:0", *keys, note=f"电话{acts.PHONE}")
    person, lead = await company.person(acts.phone()), await company.lead()
    assert person.id == lead.person_id
    assert {i.key for i in person.identities} == {acts.phone(), *(one.key for one in keys)}
    assert person.name == "张三"
    assert await company.count("person") == 1


@pytest.mark.parametrize("keys", [(), (MAIL,)], ids=["only a made-up phone", "an e-mail address"])
async def test_who_writes_the_phone_of_somebody_known_is_that_person(
    company: Company, keys: tuple[FormKey, ...]
) -> None:
    await hands_in(company, "api:receipt:0", FormKey(acts.phone(), is_verified=False))
    company.clock.advance(timedelta(minutes=1))
    await hands_in(company, "api:receipt:1", *keys, note=f"电话{acts.PHONE}")
    roots = {tuple(row) for row in await company.rows("select root_id from person")}
    assert len(roots) == 1
    assert len([lead for lead in await company.leads() if lead.is_open]) == 1


async def hands_in(company: Company, reference: str, *keys: FormKey, note: str = "") -> None:
    """Take a form in whose phone is made up."""
    now = company.clock.now()
    form = LeadForm(
        reference=reference,
        sender="api:crm",
        call=Call.LEAD,
        at=now,
        keys=keys,
        name="张三",
        note=note,
        made_up=(FAKE,),
    )
    update = FormSubmitted(source="api:crm", at=now, dedupe_key=reference, form=form)
    await company.receives(update)


async def test_only_a_made_up_phone_is_a_lead_that_is_kept_and_filtered(company: Company) -> None:
    for _ in range(2):
        await hands_in(company, "api:receipt:0")
    lead = await company.lead()
    assert lead.stage is Stage.NURTURE_POOL
    found = await company.rows("select reason, verdict, field, detail from objection")
    assert [tuple(row) for row in found] == [("invalid_contact", "hold", "phone", "phone_fake")]
    assert await company.count("identity") == 0


async def test_two_forms_with_one_made_up_phone_are_two_persons(company: Company) -> None:
    await hands_in(company, "api:receipt:0")
    await hands_in(company, "api:receipt:1")
    assert await company.count("person") == 2


async def test_who_can_be_reached_otherwise_is_only_flagged(company: Company) -> None:
    key = FormKey(ContactKey(IdentityKind.UID, "crm:1"), is_verified=True)
    await hands_in(company, "api:receipt:0", key)
    found = await company.rows("select reason, verdict from objection")
    assert [tuple(row) for row in found] == [("invalid_contact", "flag")]


async def asks(company: Company, number: int, kind: LeadKind) -> None:
    """Take a form in about the same person."""
    now, key = company.clock.now(), FormKey(ContactKey(IdentityKind.UID, "crm:1"), is_verified=True)
    form = LeadForm(f"api:kind:{number}", "api:crm", Call.LEAD, now, (key,), kind=kind)
    update = FormSubmitted(source="api:crm", at=now, dedupe_key=form.reference, form=form)
    await company.receives(update)


async def test_a_service_lead_stands_beside_the_sales_lead(company: Company) -> None:
    for number, kind in enumerate((LeadKind.SALES, LeadKind.SERVICE, LeadKind.SERVICE)):
        await asks(company, number, kind)
    sales, service = sorted(await company.leads(), key=lambda lead: lead.kind)
    assert (sales.kind, service.kind) == (LeadKind.SALES, LeadKind.SERVICE)
    assert sales.product_line == service.product_line
    assert sales.person_id == service.person_id
    assert {sales.stage, service.stage} == {Stage.NURTURE_POOL}
    assert len(await company.events("lead_created")) == 2
