"""Versions of the rules, and what past scores rested on, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.lead import Lead, Touch
from domain.person import Person
from domain.scoring.basis import Basis, basis_of
from domain.scoring.tables import RuleFrame
from domain.scoring.trial import Trial
from domain.scoring.version import RuleState, RuleVersion
from domain.values import LeadId, PersonId
from storage.database import Database
from storage.errors import Erased
from storage.ids import IdSource
from storage.queries.roots import open_roots, stale_roots
from storage.repositories.rules import Draft
from storage.unit_of_work import Store, UnitOfWork
from storage.vault import Vault

HOUR = timedelta(hours=1)
FRAME = RuleFrame({"sem": 7.5, "seo": 4.0}, frozenset({"view_page", "kf_message"}))
TRIAL = Trial(
    leads=9,
    activated=2,
    cooled=1,
    mature_before=3,
    total_before=100.5,
    total_after=120.25,
    grades={"B>A": 2, "B>B": 7},
    levels={"2>1": 9},
    examples=(LeadId(7), LeadId(8)),
)


@pytest.fixture
def store(database: Database, vault: Vault, ids: IdSource) -> Store:
    return Store(database, vault, ids)


def draft(name: str = "新规则", **changes: object) -> Draft:
    drafted = Draft(name, {"scorecard.toml": "version = 1"}, FRAME, "WangManager", "试试")
    return replace(drafted, **changes)  # type: ignore[arg-type]


async def in_one_go(store: Store, now: datetime, act: Callable[[UnitOfWork], object]) -> object:
    async with store.unit_of_work(now) as work:
        await work.rules.lock()
        result = await act(work)  # type: ignore[misc]
        await work.commit()
    return result


async def version(store: Store, now: datetime, number: int) -> RuleVersion:
    async with store.looking(now) as work:
        found = await work.rules.version(number)
    assert found is not None
    return found


async def test_a_version_comes_back_as_kept(store: Store, now: datetime) -> None:
    number = await in_one_go(store, now, lambda w: w.rules.add(draft(least=4), w.now))
    assert number == 4
    found = await version(store, now, 4)
    assert found == RuleVersion(
        4, "新规则", RuleState.DRAFT, draft().sources, FRAME, "WangManager", "试试", now
    )
    assert await in_one_go(store, now, lambda w: w.rules.add(draft(), w.now)) == 5


async def test_a_trial_is_asked_for_made_and_kept(store: Store, now: datetime) -> None:
    await in_one_go(store, now, lambda w: w.rules.add(draft(), w.now))
    await in_one_go(store, now, lambda w: w.rules.ask_trial(1, "WangManager"))
    async with store.looking(now) as work:
        waiting = await work.rules.waiting_for_trial()
    assert waiting is not None
    assert waiting.trial_for == "WangManager"
    await in_one_go(store, now, lambda w: w.rules.put_trial(1, TRIAL, w.now))
    found = await version(store, now, 1)
    assert (found.state, found.trial, found.tried_at) == (RuleState.TRIED, TRIAL, now)
    async with store.looking(now) as work:
        assert await work.rules.waiting_for_trial() is None


async def test_one_version_is_in_force_and_each_moment_knows_its_own(
    store: Store, now: datetime
) -> None:
    async with store.looking(now) as work:
        assert await work.rules.in_force() == 0
        assert await work.rules.first() is None
    for hours in (0, 2):
        at = now + hours * HOUR
        number = await in_one_go(store, at, lambda w: w.rules.add(draft(), w.now))
        await in_one_go(store, at, lambda w, n=number: w.rules.publish(n, "WangManager", w.now))
    async with store.looking(now) as work:
        assert await work.rules.in_force() == 2
        moments = [now - HOUR, now, now + HOUR, now + 2 * HOUR, now + 3 * HOUR]
        found = [await work.rules.at(moment) for moment in moments]
        first = await work.rules.first()
    assert [one and one.number for one in found] == [None, 1, 1, 2, 2]
    assert first is not None
    assert (first.state, first.retired_at) == (RuleState.RETIRED, now + 2 * HOUR)


def person(work: UnitOfWork) -> Person:
    person_id = PersonId(work.ids.next())
    return work.add_person(Person(person_id, person_id, work.now, name="张三"))


async def lead_of(store: Store, now: datetime) -> tuple[Lead, Basis]:
    async with store.unit_of_work(now) as work:
        who = person(work)
        touch = Touch("sem", "", now - HOUR)
        lead = Lead(LeadId(work.ids.next()), who.id, "math", now, first_touch=touch)
        basis = basis_of(who, lead)
        lead = replace(lead, basis_mark=work.bases.note(lead, basis, now))
        work.leads.put(lead)
        await work.commit()
    return lead, basis


async def test_what_a_score_rested_on_is_known_for_every_moment(
    store: Store, now: datetime
) -> None:
    lead, basis = await lead_of(store, now)
    later = replace(basis, facts={**basis.facts, "city": "上海"})
    async with store.unit_of_work(now + HOUR) as work:
        await work.load((), [lead.id])
        kept = work.leads.get(lead.id)
        assert work.bases.note(kept, basis, work.now) == kept.basis_mark, "nothing changed"
        mark = work.bases.note(kept, later, work.now)
        assert mark != kept.basis_mark
        work.leads.put(replace(kept, basis_mark=mark))
        await work.commit()
    async with store.looking(now) as work:
        rows = await work.tx.fetch("select sealed from score_basis")
        assert len(rows) == 2
        assert "上海".encode() not in b"".join(bytes(row["sealed"]) for row in rows)
        assert await work.bases.at(lead, now - HOUR) is None
        assert await work.bases.at(lead, now) == basis
        assert await work.bases.at(lead, now + 2 * HOUR) == later


async def test_an_erased_person_leaves_no_basis(store: Store, now: datetime) -> None:
    lead, _ = await lead_of(store, now)
    async with store.database.write() as tx:
        await tx.execute("delete from data_key")
    async with store.looking(now) as work:
        with pytest.raises(Erased):
            await work.bases.at(lead, now)


async def test_who_is_to_be_scored_is_found_in_pages(store: Store, now: datetime) -> None:
    leads = [(await lead_of(store, now))[0] for _ in range(3)]
    people = [lead.person_id for lead in leads]
    async with store.database.read() as tx:
        assert await stale_roots(tx, 0, PersonId(0), 10) == ()
        assert await stale_roots(tx, 1, PersonId(0), 2) == tuple(people[:2])
        assert await stale_roots(tx, 1, people[1], 2) == (people[2],)
        assert await open_roots(tx, PersonId(0), 10) == tuple(people)
        assert await open_roots(tx, people[0], 1) == (people[1],)
