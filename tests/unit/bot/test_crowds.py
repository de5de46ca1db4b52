"""Over everybody: here and in processes the same is found, and only while it is ours to do."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.clock import DrivenClock
from bot.cluster.duties import Duty
from bot.crowds import Crowds, Task, View
from config.settings import StoreSettings
from domain.person import Person
from domain.values import BUSINESS_ZONE, PersonId
from storage.errors import Cause, StorageError, StorageUnavailable
from storage.leases import Leases
from storage.population.whose import Span, spans
from tests.unit.handlers.company import KEYS, Company

if TYPE_CHECKING:
    from storage.protocols import Row


@pytest.fixture
async def company(company: Company, clock: DrivenClock) -> Company:
    async with company.store.unit_of_work(clock.now()) as work:
        for _ in range(7):
            one = PersonId(work.ids.next())
            work.people.add(Person(one, one, clock.now()))
        await work.commit()
    return company


async def whom(view: View, span: Span) -> tuple[datetime, list[int]]:
    rows: list[Row] = list(
        await view.store.database.look(
            "select id from person where id > $1 and id <= $2 order by id", span.after, span.until
        )
    )
    return view.now, [row["id"] for row in rows]


async def where(_view: View, _span: Span) -> int:
    return os.getpid()


async def fails(_: View, span: Span) -> int:
    raise LookupError(str(span))


async def finds_no_database(_: View, span: Span) -> int:
    raise StorageUnavailable(str(span), Cause.GONE)


async def dies(_: View, span: Span) -> int:
    os._exit(span.after)


def crowds(company: Company, **changes: object) -> Crowds:
    return Crowds(company.store, company.ctx, company.clock, **changes)  # type: ignore[arg-type]


def settings(url: str) -> StoreSettings:
    return StoreSettings(
        Path("unused"), url, "", dict(KEYS.keys), BUSINESS_ZONE, tables_dir=None, files=()
    )


async def test_spans_hold_everybody_once(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    everybody = [row["id"] for row in await company.rows("select id from person order by id")]
    async with company.store.database.read() as tx:
        found = await spans(tx, 3)
        assert await spans(tx, 100) == [Span()]
    assert [sum(span.after < root <= span.until for root in everybody) for span in found] == [
        3,
        3,
        1,
    ]
    monkeypatch.setattr("bot.crowds.SMALL_SPAN", 2)
    told = await crowds(company).over(whom)
    assert told is not None
    assert [root for _, roots in told for root in roots] == everybody
    assert len(told) == 4


async def test_processes_find_the_same_as_of_the_same_moment(company: Company) -> None:
    url = company.store.database.url
    told = await crowds(company, settings=settings(url), processes=2).over(whom)
    assert told == await crowds(company).over(whom)


@pytest.mark.parametrize(
    ("task", "kind", "words"),
    [
        (fails, LookupError, "Span"),
        (finds_no_database, StorageUnavailable, "clew doctor"),
        (dies, StorageError, "a process died"),
    ],
)
async def test_what_goes_wrong_in_a_process_is_told_here(
    company: Company, task: Task[Span, int], kind: type[Exception], words: str
) -> None:
    many = crowds(company, settings=settings(company.store.database.url), processes=1)
    with pytest.raises(kind, match=words) as told:
        await many.over(task)
    assert type(told.value) is kind


async def test_nothing_is_done_when_another_process_has_the_duty(company: Company) -> None:
    database = company.store.database
    theirs, ours = (Duty(Leases(database, name), "tags", company.clock) for name in ("a", "b"))
    assert await theirs.held() is not None
    assert await crowds(company, duty=ours).over(fails) is None


async def test_only_many_persons_are_worth_a_process(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    worth_it = crowds(company, settings=settings(company.store.database.url))
    assert await worth_it.over(where) == [os.getpid()]
    monkeypatch.setattr("bot.crowds.MANY_PERSONS", 7)
    told = await worth_it.over(where)
    assert told is not None
    assert os.getpid() not in told
