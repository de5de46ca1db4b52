"""Rows of a file: scored leads or named faults, once, without a card to anybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

import pytest

from domain.condition import Comparison, Condition
from domain.intake.mapping import EventMapping, Fault, FileMapping
from domain.lead import LeadKind, Stage
from domain.values import ContactKey, IdentityKind
from handlers.actions.import_rows import Imported
from tests.unit.handlers import acts
from tests.unit.handlers.company import MANAGER, Company, changed
from tests.unit.handlers.imports import taken_in, worked_off

Row = dict[str, str]
MAPPING = FileMapping(
    source="crm",
    uid="编号",
    name="姓名",
    phone="电话",
    channel="渠道",
    at="时间",
    attributes=MappingProxyType({"city": "城市", "occupation": "职业", "child_grade": "年级"}),
    events=(
        EventMapping(
            "website_visited",
            (Condition("访问", Comparison.MORE, (0,)),),
            MappingProxyType({"visits": "访问"}),
        ),
        EventMapping("form_submitted", (Condition("表单", Comparison.EQUAL, ("是",)),)),
    ),
    opt_out=(Condition("勿扰", Comparison.EQUAL, ("是",)),),
)
HOT = {
    "城市": "上海",
    "职业": "企业主",
    "年级": "高三",
    "渠道": "展会",
    "访问": "9",
    "表单": "是",
    "电话": acts.PHONE,
}


async def imported(company: Company, *rows: Row) -> Imported:
    done = await taken_in(company, rows, MAPPING)
    await worked_off(company)
    return done


def uid(number: str) -> ContactKey:
    return ContactKey(IdentityKind.UID, f"crm:{number}")


async def test_a_row_is_a_scored_lead(company: Company) -> None:
    assert await imported(company, HOT | {"编号": "1", "姓名": "张三"}) == Imported(1, {})
    lead = await company.lead()
    assert lead.score.composite > 0
    assert lead.first_touch is not None
    assert lead.first_touch.state == "展会"
    person = await company.person(uid("1"))
    assert (person.name, person.attributes["city"].value) == ("张三", "上海")
    assert {"lead_imported", "website_visited", "form_submitted"} <= set(await company.kinds())


async def test_mature_leads_wait_in_their_pool_and_nobody_gets_a_card(company: Company) -> None:
    await imported(company, HOT | {"编号": "1"})
    lead = await company.lead()
    assert lead.score.is_mature
    assert (lead.stage, lead.pool, lead.owner) == (Stage.DEPARTMENT_POOL, "sales", None)
    assert await company.sent() == []
    assert await company.texts(MANAGER) == []


async def test_a_bad_row_never_stops_the_others(company: Company) -> None:
    rows = [{"编号": "1"}, {"电话": "1390000"}, {}, {"编号": "2", "时间": "昨天"}, {"编号": "3"}]
    assert await imported(company, *rows) == Imported(
        2,
        {
            1: (Fault("电话", "phone_wrong_length"),),
            2: (Fault("", "row_without_identity"),),
            3: (Fault("时间", "not_a_time"),),
        },
    )
    assert len(await company.leads()) == 2


async def test_an_event_of_a_strange_kind_waits_in_quarantine(company: Company) -> None:
    strange = FileMapping("crm", uid="编号", events=(EventMapping("flew_to_mars"),))
    for _ in range(2):
        assert await taken_in(company, [{"编号": "1"}], strange) == Imported(1, {})
    held = await company.rows("select source, kind, reason from held_event")
    assert [tuple(row) for row in held] == [("import:crm", "flew_to_mars", "unknown_event_kind")]
    assert len(await company.leads()) == 1


async def test_a_made_up_phone_is_a_lead_that_is_kept_and_filtered(company: Company) -> None:
    made_up: Row = {"电话": "13800138000", "姓名": "张三", "城市": "上海"}
    for _ in range(2):
        assert await imported(company, made_up, made_up | {"姓名": "李四"}) == Imported(2, {})
    leads = await company.leads()
    assert len(leads) == 2
    assert {lead.stage for lead in leads} == {Stage.NURTURE_POOL}
    found = await company.rows("select reason, verdict, field, detail from objection")
    assert [tuple(row) for row in found] == [("invalid_contact", "hold", "phone", "phone_fake")] * 2
    assert await company.count("identity") == 0


async def test_who_can_be_reached_otherwise_is_only_flagged(company: Company) -> None:
    await imported(company, {"编号": "1", "电话": "13800138000"})
    found = await company.rows("select reason, verdict from objection")
    assert [tuple(row) for row in found] == [("invalid_contact", "flag")]


@pytest.mark.parametrize("row", [{"编号": "1"}, {"电话": acts.PHONE}], ids=["uid", "phone"])
@pytest.mark.parametrize("dated", [{}, {"时间": "2026-03-01"}], ids=["undated", "dated"])
async def test_the_same_file_twice_is_the_same_leads(
    company: Company, row: Row, dated: Row
) -> None:
    whole = row | dated | {"访问": "3"}
    await imported(company, whole)
    before = (await company.lead(), await company.events())
    company.clock.advance(timedelta(days=1))
    await imported(company, whole)

    lead, events = await company.lead(), await company.events()
    assert [event.dedupe_key for event in events] == [e.dedupe_key for e in before[1]]
    assert (lead.first_touch, lead.last_touch) == (before[0].first_touch, before[0].last_touch)
    assert lead.created_at == before[0].created_at


async def test_a_row_that_came_before_opens_no_lead_again(company: Company) -> None:
    await imported(company, {"编号": "1"})
    await changed(company, (await company.lead()).id, stage=Stage.INVALID)
    assert await imported(company, {"编号": "1"}) == Imported(1, {})
    assert len(await company.leads()) == 1


async def test_two_visits_of_one_phone_are_two_events_of_one_lead(company: Company) -> None:
    visits = [{"电话": acts.PHONE, "时间": f"2026-03-0{day}", "访问": "1"} for day in (1, 2)]
    assert await imported(company, *visits) == Imported(2, {})
    assert len(await company.leads()) == 1
    assert len(await company.events("website_visited")) == 2


async def test_no_phone_stands_in_clear_anywhere(company: Company) -> None:
    await imported(company, HOT)
    for table in ("event", "identity", "lead", "person"):
        for row in await company.rows(f"select * from {table}"):
            assert acts.PHONE not in str([value for value in row if not isinstance(value, bytes)])  # type: ignore[attr-defined]


async def test_rows_of_one_phone_are_one_person_and_keep_their_own_ids(company: Company) -> None:
    both = [{"编号": number, "电话": acts.PHONE} for number in ("1", "2")]
    assert await imported(company, *both) == Imported(2, {})
    assert (await company.person(uid("1"))).id == (await company.person(uid("2"))).id
    assert len(await company.leads()) == 1


async def test_a_listed_phone_joins_the_customer_who_gave_it(company: Company) -> None:
    await imported(company, {"编号": "1", "电话": acts.PHONE, "姓名": "张三"})
    await company.receives(acts.added(), acts.wrote(f"我电话 {acts.PHONE}"))
    person = await company.person(uid("1"))
    assert person.id == (await company.person(acts.external())).id
    assert person.name == "张三"
    assert await company.count("review") == 0
    open_leads = [lead for lead in await company.leads() if lead.is_open]
    assert len(open_leads) == 1


async def test_who_opted_out_in_the_file_is_not_written_to(company: Company) -> None:
    await imported(company, {"编号": "1", "电话": acts.PHONE, "勿扰": "是"})
    assert (await company.person(uid("1"))).opted_out_at == company.clock.now()
    await company.receives(acts.wrote(f"我电话 {acts.PHONE}"), acts.wrote("多少钱"))
    assert await company.texts(acts.ZHANG_SAN) == []


async def test_the_first_opt_out_stands(company: Company) -> None:
    for day in ("2026-03-01", "2026-02-01", "2026-02-15"):
        await imported(company, {"编号": "1", "时间": day, "勿扰": "是"})
    since = (await company.person(uid("1"))).opted_out_at
    assert since is not None
    assert since.astimezone(company.ctx.zone).date().isoformat() == "2026-02-01"


async def test_an_import_does_not_overwrite_what_the_platform_says(company: Company) -> None:
    await company.receives(acts.added(), acts.wrote(f"我电话 {acts.PHONE}"))
    await company.receives(acts.fetched(name="三哥"))
    await imported(company, {"编号": "1", "电话": acts.PHONE, "姓名": "张三"})
    assert (await company.person(acts.external())).name == "三哥"


async def test_a_person_with_two_phones_in_one_cell_is_known_by_both(company: Company) -> None:
    assert await imported(company, {"电话": "13926410003/13926410004"}) == Imported(1, {})
    assert await imported(company, {"电话": "13926410004"}) == Imported(1, {})
    assert len(await company.leads()) == 1
    first = await company.person(ContactKey(IdentityKind.PHONE, "+8613926410003"))
    assert first.key_of(IdentityKind.PHONE) == ContactKey(IdentityKind.PHONE, "+8613926410003")


async def test_more_phones_than_most_rows_bring_are_all_taken_in(company: Company) -> None:
    phones = [f"1392641000{number}" for number in range(5)]
    rows = [
        {"编号": str(n), "电话": phone}
        for n, phone in enumerate(["、".join(phones), "13926410009"])
    ]
    assert await imported(company, *rows) == Imported(2, {})
    person = await company.person(uid("0"))
    found = [i.key.value for i in person.identities if i.key.kind is IdentityKind.PHONE]
    assert sorted(found) == [f"+86{phone}" for phone in phones]


async def test_a_wrong_phone_beside_a_right_one_is_told_of_the_lead(company: Company) -> None:
    assert await imported(company, {"电话": "13926410003/1392641"}) == Imported(1, {})
    found = await company.rows("select verdict, field, detail from objection")
    assert [tuple(row) for row in found] == [("flag", "phone", "phone_wrong_length")]


async def test_the_leads_of_a_file_are_of_the_kind_that_its_mapping_says(company: Company) -> None:
    renewals = replace(MAPPING, kind=LeadKind.SERVICE)
    assert await imported(company, {"编号": "1"}) == Imported(1, {})
    for _ in range(2):
        rows = [{"编号": "1"}, {"编号": "2"}]
        assert await taken_in(company, rows, renewals) == Imported(2, {})
        await worked_off(company)
    known, new = await company.person(uid("1")), await company.person(uid("2"))
    found = sorted((lead.person_id, lead.kind) for lead in await company.leads())
    assert found == [
        (known.id, LeadKind.SALES),
        (known.id, LeadKind.SERVICE),
        (new.id, LeadKind.SERVICE),
    ]
