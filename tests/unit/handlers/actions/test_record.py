"""What happened is written down once, in the registered form; the unknown is kept sealed."""

from __future__ import annotations

import pytest

import handlers.updates as u
from domain.events.event import Event, PropertyValue
from domain.values import Refusal
from handlers.actions.record import Occurrence, keep_unknown, occurrence, record
from storage.repositories.records import UNKNOWN_PURPOSE
from tests.factories import NOW
from tests.unit.handlers import acts
from tests.unit.handlers.company import Company


async def recorded(company: Company, *whats: Occurrence) -> list[Event | Refusal]:
    async with company.store.unit_of_work(NOW) as work:
        await work.load([acts.external()])
        person = work.people.holder(acts.external())
        assert person is not None
        answers = [record(work, company.ctx, person.id, what) for what in whats]
        await work.commit()
    return answers


@pytest.mark.parametrize(
    ("kind", "properties", "refusal"),
    [
        ("flew_to_mars", {}, Refusal("unknown_event_kind", "flew_to_mars")),
        (
            "contact_added",
            {"userid": 7.0},
            Refusal("wrong_event_property", "contact_added.userid"),
        ),
    ],
)
async def test_the_registry_decides_what_is_an_event(
    company: Company, kind: str, properties: dict[str, PropertyValue], refusal: Refusal
) -> None:
    await company.receives(acts.added())
    before = await company.kinds()
    what = Occurrence(kind, NOW, "k", properties=properties)
    assert await recorded(company, what) == [refusal]
    assert await company.kinds() == before


async def test_the_same_key_is_the_same_event(company: Company) -> None:
    await company.receives(acts.added())
    what = Occurrence("kf_reply", NOW, "k")
    first, second = await recorded(company, what, what)
    assert isinstance(first, Event)
    assert second == Refusal("already_recorded", "kf_reply")
    assert await recorded(company, what) == [second], "in a later unit of work too"
    assert len(await company.events("kf_reply")) == 1


def test_one_update_may_make_several_kinds_happen() -> None:
    update = acts.wrote("多少钱")
    kinds = ("kf_message", "intent_price")
    keys = {occurrence(update, kind).dedupe_key for kind in kinds}
    assert keys == {f"{update.dedupe_key}:{kind}" for kind in kinds}
    assert occurrence(update, "kf_message").at == update.at


@pytest.mark.parametrize(
    ("update", "raw", "kind"),
    [
        (
            u.Unknown(kind="event.strange", about="sys", raw="<x>", **acts.common()),
            b"<xml>as it came</xml>",
            "event.strange",
        ),
        (u.CardMenuClicked(userid=acts.LI, task_id="t", key="k", **acts.common()), b"", None),
    ],
)
async def test_what_nobody_takes_is_kept_sealed_once(
    company: Company, update: u.Update, raw: bytes, kind: str | None
) -> None:
    async with company.store.unit_of_work(NOW) as work:
        for _ in range(2):
            await keep_unknown(work, update, raw)
        await work.commit()
    (row,) = await company.rows("select * from unknown_update")
    assert (row["kind"], row["source"]) == (kind or type(update).__name__, update.source)
    opened = company.store.vault.open(UNKNOWN_PURPOSE, bytes(row["sealed"]))
    assert opened == (raw or repr(update).encode())
