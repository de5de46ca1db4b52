"""Merges by the API: listed with ids alone, taken apart once."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from domain.access import ApiKey, Scope
from domain.values import PersonId
from handlers.actions.merge import MANUAL, join
from handlers.reactions import settle
from handlers.web.api.gate import Call
from handlers.web.api.merges import MOST, MergeDoor
from handlers.web.api.problem import ApiProblem
from tests.factories import NOW
from tests.unit.handlers.company import Company, words
from tests.unit.handlers.newcomers import Newcomer, comes_in

KEY = ApiKey("ck_1", "官网", "site", frozenset({Scope.MERGES_WRITE}), 60, NOW, b"s")


def call(company: Company, target: str, merge: object = "") -> Call:
    request = make_mocked_request("GET", target, match_info={"merge": str(merge)})
    return Call(request, KEY, b"", company.clock.now())


def body(answer: web.Response) -> Any:
    assert isinstance(answer.body, bytes)
    return msgspec.json.decode(answer.body)


async def merged(company: Company) -> list[PersonId]:
    people = await comes_in(
        company, Newcomer("+8613900000001", "张三"), Newcomer("+8613900000002", "张叁")
    )
    async with company.store.unit_of_work(company.clock.now()) as work:
        await work.load_people(people)
        assert await join(work, *people, MANUAL)
        await settle(work, company.ctx)
        await work.commit()
    return people


async def test_a_merge_is_listed_without_anything_personal(company: Company) -> None:
    older, younger = await merged(company)
    door = MergeDoor(company.ctx, company.store)
    answer = await door.list(call(company, "/api/v1/merges"))
    assert "张" not in str(answer.body)
    found = body(answer)
    assert found["next"] == ""
    (one,) = found["merges"]
    assert (one["older"], one["younger"]) == (str(older), str(younger))
    assert one["why"] == words("review.by_hand")
    assert body(await door.list(call(company, "/api/v1/merges?from=1")))["merges"] == []
    assert len(body(await door.list(call(company, "/api/v1/merges?from=-1")))["merges"]) == 1


async def test_more_than_fit_are_fetched_page_by_page(company: Company) -> None:
    async with company.store.unit_of_work(company.clock.now()) as work:
        for number in range(MOST + 1):
            ids = PersonId(2 * number + 1), PersonId(2 * number + 2)
            await work.merges.link(*ids, MANUAL, work.now)
        await work.commit()
    door = MergeDoor(company.ctx, company.store)
    first = body(await door.list(call(company, "/api/v1/merges")))
    rest = body(await door.list(call(company, f"/api/v1/merges?from={first['next']}")))
    assert [len(first["merges"]), len(rest["merges"]), rest["next"]] == [MOST, 1, ""]


async def test_a_merge_is_taken_apart_once_and_that_is_on_record(company: Company) -> None:
    people = await merged(company)
    door = MergeDoor(company.ctx, company.store)
    (link,) = body(await door.list(call(company, "/api/v1/merges")))["merges"]
    undone = body(await door.undo(call(company, "/", link["merge"])))
    assert undone == {"merge": link["merge"], "persons": [str(one) for one in people]}
    roots = {row["root_id"] for row in await company.rows("select root_id from person")}
    assert roots == set(people)
    (line,) = await company.rows("select userid, command from audit")
    assert (line["userid"], line["command"]) == ("api:ck_1", "unmerge")
    with pytest.raises(ApiProblem) as again:
        await door.undo(call(company, "/", link["merge"]))
    assert (again.value.status, again.value.code) == (HTTPStatus.NOT_FOUND, "no_merge")


@pytest.mark.parametrize("word", ["x", "-1", "9" * 40, "１"])
async def test_what_is_no_number_is_no_merge(company: Company, word: str) -> None:
    with pytest.raises(ApiProblem) as refused:
        await MergeDoor(company.ctx, company.store).undo(call(company, "/", word))
    assert refused.value.code == "no_merge"
