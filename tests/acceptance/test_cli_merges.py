"""``clew merges``: list what was merged, take it apart."""

from __future__ import annotations

import pytest

from bot.cli.run import run
from bot.clock import SystemClock
from bot.office_wire import open_office
from config.settings import load_settings
from domain.person import Identity, Source
from domain.values import ContactKey, IdentityKind, PersonId
from handlers.actions.merge import MANUAL, join
from handlers.reactions import settle
from tests.acceptance.command_line import TEXTS, Told, inside, said
from tests.factories import NOW, person

pytestmark = pytest.mark.usefixtures("settings_of_process")


def merges(*words: str, answer: str = "") -> Told:
    return inside("merges", *words, answer=answer)


async def merge_two() -> int:
    async with open_office(load_settings(TEXTS), SystemClock()) as office:
        parts = office._parts  # type: ignore[attr-defined]
        async with parts.store.unit_of_work(parts.clock.now()) as work:
            two = [
                work.add_person(
                    person(
                        id=PersonId(work.ids.next()),
                        name=name,
                        identities=(
                            Identity(key, is_verified=False, source=Source.IMPORT, since=NOW),
                        ),
                    )
                )
                for name, key in (
                    ("张三", ContactKey(IdentityKind.PHONE, "+8613900001234")),
                    ("张叁", ContactKey(IdentityKind.PHONE, "+8613900005678")),
                )
            ]
            assert await join(work, two[0].id, two[1].id, MANUAL)
            await settle(work, parts.context)
            await work.commit()
        async with parts.database.read() as tx:
            (row,) = await tx.fetch("select id from merge_link")
    return int(row["id"])


def test_a_merge_is_shown_masked_and_taken_apart_once() -> None:
    assert merges("list").out == said("merges.none") + "\n"
    number = str(run(merge_two()))
    shown = merges("list").out
    for word in (number, "张三", "张叁", "139****1234", TEXTS.get("review.by_hand")):
        assert word in shown
    assert "13900001234" not in shown
    assert merges("undo", number, answer="n\n").status == 1
    assert number in merges("list").out
    told = merges("undo", number, answer="y\n")
    assert said("merges.undone", number=number) in told.out
    again = merges("undo", number, "--yes")
    assert (again.status, again.err) == (2, TEXTS.get("refusals.no_such_merge") + "\n")
    assert merges("list").out == said("merges.none") + "\n"
