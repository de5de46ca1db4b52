"""A merge that is taken apart: exactly as before, but for what was done since."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from domain.buttons import Verb
from domain.lead import Stage, Status
from domain.lifecycle.transitions import Actor
from domain.matching.rules import Treatment
from domain.values import PersonId, Refusal, Role
from handlers.actions.dedup.unmerge import unmerge
from handlers.actions.intake import opt_out
from handlers.actions.merge import MANUAL, join
from handlers.reactions import settle
from tests.factories import NOW
from tests.unit.handlers import acts
from tests.unit.handlers.company import MANAGER, Company, changed, words
from tests.unit.handlers.newcomers import Newcomer, comes_in, lead_of, with_changed_rules

BOSS = Actor(frozenset({Role.MANAGER}), MANAGER)
DAY = timedelta(days=1)
PHONES = ("+8613900000001", "+8613900000002", "+8613900000003")
#: What saving and scoring write anew each time, whatever they find.
_COUNTED = {"version", "scored_at"}


async def state(company: Company) -> Mapping[str, list[dict[str, object]]]:
    """Return persons, identities and leads as they stand."""
    found = {}
    for table in ("person", "identity", "lead"):
        rows = await company.rows(f"select * from {table} order by id")
        found[table] = [
            {k: row[k] for k in row.keys() if k not in _COUNTED}  # noqa: SIM118 - a row of SQLite
            for row in rows
        ]
    return found


async def parts(company: Company, number: int = -1) -> object:
    """Undo the merge of this number, oldest first."""
    links = await company.rows("select id from merge_link order by id")
    async with company.store.unit_of_work(company.clock.now()) as work:
        done = await unmerge(work, company.ctx, links[number]["id"], BOSS)
        await settle(work, company.ctx)
        await work.commit()
    return done


async def found_to_be_one(company: Company, first: PersonId, second: PersonId) -> None:
    """Let a manager say that two are one."""
    async with company.store.unit_of_work(company.clock.now()) as work:
        await work.load_people([first, second])
        await join(work, first, second, MANUAL)
        await settle(work, company.ctx)
        await work.commit()


async def test_without_later_changes_both_are_exactly_what_they_were(company: Company) -> None:
    one, two = await comes_in(
        company,
        Newcomer(PHONES[0], "张三", channel="book_qr", at=NOW + DAY),
        Newcomer(PHONES[1], "李四", "北京纷扬", at=NOW),
    )
    before = await state(company)
    await found_to_be_one(company, one, two)
    assert await state(company) != before
    await parts(company)
    assert await state(company) == before


@pytest.mark.parametrize("first_undone", [0, 1])
async def test_three_who_were_one_part_in_any_order(company: Company, first_undone: int) -> None:
    people = await comes_in(
        company,
        *(Newcomer(p, "", at=NOW + n * DAY) for p, n in zip(PHONES, (2, 0, 1), strict=True)),
    )
    before = await state(company)
    await found_to_be_one(company, people[0], people[1])
    await found_to_be_one(company, people[0], people[2])
    assert len({row["root_id"] for row in await company.rows("select root_id from person")}) == 1
    await parts(company, first_undone)
    assert len({row["root_id"] for row in await company.rows("select root_id from person")}) == 2
    await parts(company, 1 - first_undone)
    assert await state(company) == before


async def test_what_was_done_since_stays(company: Company) -> None:
    one, two = await comes_in(company, Newcomer(PHONES[0], at=NOW), Newcomer(PHONES[1], at=NOW))
    await found_to_be_one(company, one, two)
    kept, closed = await lead_of(company, one), await lead_of(company, two)
    await changed(company, kept.id, stage=Stage.FOLLOWING, status=Status.CLEAR)
    later = NOW + 3 * DAY
    company.clock.advance(3 * DAY)
    await comes_in(company, Newcomer(PHONES[1], "李四", channel="book_qr", at=later))
    await parts(company)
    kept, closed = await lead_of(company, one), await lead_of(company, two)
    assert (kept.stage, kept.status) == (Stage.FOLLOWING, Status.CLEAR)
    assert kept.last_touch is not None
    assert kept.last_touch.at == later, "the one lead there was took it"
    assert closed.stage is Stage.NURTURE_POOL


async def test_events_follow_the_identity_they_came_through(company: Company) -> None:
    one, two = await comes_in(company, Newcomer(PHONES[0], at=NOW), Newcomer(PHONES[1], at=NOW))
    await found_to_be_one(company, one, two)
    company.clock.advance(DAY)
    await comes_in(company, Newcomer(PHONES[1], at=NOW + DAY))
    await parts(company)
    company.clock.advance(DAY)
    await comes_in(company, Newcomer(PHONES[1], at=NOW + 2 * DAY))
    came = [e for e in await company.events("lead_imported") if e.event_at > NOW]
    assert [event.person_id for event in came] == [two, two]


async def test_whoever_asked_for_silence_as_one_has_it_as_two(company: Company) -> None:
    one, two = await comes_in(company, Newcomer(PHONES[0], at=NOW), Newcomer(PHONES[1], at=NOW))
    await found_to_be_one(company, one, two)
    async with company.store.unit_of_work(NOW) as work:
        await work.load_people([two])
        opt_out(work, work.people.get(two), NOW)
        await work.commit()
    await parts(company)
    silent = await company.rows("select opted_out_at from person")
    assert all(row["opted_out_at"] for row in silent)


async def test_whom_a_human_kept_apart_no_rule_joins_again(company: Company) -> None:
    one, _ = await comes_in(
        company, Newcomer(PHONES[0], "张三", "北京纷扬"), Newcomer(PHONES[1], "张三", "纷扬科技")
    )
    await parts(company)
    await comes_in(
        company, Newcomer(PHONES[0], "张三", "纷享销客", at=NOW + DAY), Newcomer(PHONES[1], "张三")
    )
    assert len({row["root_id"] for row in await company.rows("select root_id from person")}) == 2
    assert await company.count("merge_link") == 1
    assert (await lead_of(company, one)).stage is Stage.NURTURE_POOL


async def test_a_merge_ends_once(company: Company) -> None:
    one, two = await comes_in(company, Newcomer(PHONES[0]), Newcomer(PHONES[1]))
    await found_to_be_one(company, one, two)
    assert not isinstance(await parts(company), Refusal)
    before = await state(company)
    assert await parts(company) == Refusal("no_such_merge")
    assert await state(company) == before


async def test_gathered_leads_are_let_go(company: Company) -> None:
    with_changed_rules(company, treatment=Treatment.LINK)
    one, two = await comes_in(
        company, Newcomer(PHONES[0], "张三", "北京纷扬"), Newcomer(PHONES[1], "张三", "纷扬科技")
    )
    (link,) = await company.rows("select * from lead_link")
    source, gathered = await lead_of(company, one), await lead_of(company, two)
    assert (link["to_id"], link["from_id"]) == (source.id, gathered.id)
    await parts(company)
    (link,) = await company.rows("select * from lead_link")
    assert link["ended_at"] is not None


async def test_a_manager_undoes_a_merge_by_command_and_button(company: Company) -> None:
    await comes_in(
        company, Newcomer(PHONES[0], "张三", "北京纷扬"), Newcomer(PHONES[1], "张三", "纷扬科技")
    )
    await company.receives(acts.said("撤销合并 张三", MANAGER))
    (card,) = await company.cards(MANAGER)
    assert card.title == words("unmerge.title", one="张三", other="张三")
    await company.receives(acts.clicked(acts.key_of(card, Verb.UNMERGE), MANAGER))
    assert len({row["root_id"] for row in await company.rows("select root_id from person")}) == 2
    (grey,) = await company.updates(MANAGER)
    assert grey.replace_name == words("unmerge.done")


async def test_a_rep_may_not_undo_a_merge(company: Company) -> None:
    await comes_in(
        company, Newcomer(PHONES[0], "张三", "北京纷扬"), Newcomer(PHONES[1], "张三", "纷扬科技")
    )
    (link,) = await company.rows("select id from merge_link")
    await company.receives(acts.clicked(acts.button(Verb.UNMERGE, link["id"])))
    assert words("refusals.role_not_allowed") in await company.texts("LiLei")
    assert len({row["root_id"] for row in await company.rows("select root_id from person")}) == 1


async def test_nobody_of_that_name_was_merged(company: Company) -> None:
    await comes_in(company, Newcomer(PHONES[0], "张三"))
    await company.receives(acts.said("撤销合并 张三", MANAGER))
    assert words("unmerge.none", wanted="张三") in await company.texts(MANAGER)


async def test_without_a_name_the_latest_merges_of_anybody_are_shown(company: Company) -> None:
    await company.receives(acts.said("撤销合并", MANAGER))
    assert await company.texts(MANAGER) == [words("unmerge.nothing")]
    people = await comes_in(
        company,
        *(Newcomer(p, n) for p, n in zip(PHONES, ("张三", "李四", "王五"), strict=True)),
    )
    await found_to_be_one(company, people[0], people[1])
    await found_to_be_one(company, people[0], people[2])
    await company.receives(acts.said("撤销合并", MANAGER))
    titles = [card.title for card in await company.cards(MANAGER)]
    assert titles == [
        words("unmerge.title", one=younger, other="张三") for younger in ("王五", "李四")
    ]
    url = f"{company.ctx.accounts.public_url}/reviews#merged"
    assert words("unmerge.latest", count=2, url=url) in await company.texts(MANAGER)
