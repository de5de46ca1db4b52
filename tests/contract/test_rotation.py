"""A new master key takes over everything while the service goes on, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.keyring import Standing, rewrap, standing
from domain.access import Scope
from domain.lead import Lead
from domain.messages import Endpoint, Push, Text
from domain.person import Identity, Person, Source
from domain.values import ContactKey, IdentityKind, LeadId, PersonId, Priority, UserId
from storage import rotation
from storage.api_keys import ApiKeys, KeyWish
from storage.database import Database, inbox_url_of
from storage.errors import SealBroken
from storage.ids import IdSource
from storage.inbox import Delivery, Inbox, open_inbox
from storage.lists import add_people
from storage.outbox import Outbox
from storage.queries import find
from storage.repositories.followups import Reminder
from storage.repositories.segments import SegmentFile, Segments
from storage.resealing import KeyPage
from storage.rotation import Part, Rotation
from storage.unit_of_work import Store
from storage.uploads import Uploads
from storage.vault import MasterKeys, Vault

FIRST, SECOND = bytes(range(32)), bytes(range(32, 64))
OLD = MasterKeys({1: FIRST})
STANDBY = MasterKeys({1: FIRST, 2: SECOND}, standby=frozenset({2}))
BOTH = MasterKeys({1: FIRST, 2: SECOND})
NEW = MasterKeys({2: SECOND})

PERSONS = 7
MINUTE = timedelta(minutes=1)


def phone(number: int) -> ContactKey:
    return ContactKey(IdentityKind.PHONE, f"+861390000{number:04}")


class Process:
    """A process with its own keys on the databases that all share."""

    def __init__(self, database: Database, inbox: Inbox, keys: MasterKeys, ids: IdSource) -> None:
        self.vault = Vault(keys)
        self.store = Store(database, self.vault, ids)
        self.inbox = inbox
        self.rotation = Rotation(database, inbox, self.vault)

    async def meet(self, number: int, now: datetime) -> PersonId:
        """Find the person of a phone number, or make one with everything that is sealed."""
        async with self.store.unit_of_work(now) as work:
            await work.load([phone(number)])
            if (known := work.people.holder(phone(number))) is not None:
                return known.id
            person_id = PersonId(work.ids.next())
            key = Identity(phone(number), is_verified=False, source=Source.TEXT, since=now)
            work.people.add(Person(person_id, person_id, now, "张三", identities=(key,)))
            await work.load_people([person_id])
            work.leads.put(Lead(LeadId(work.ids.next()), person_id, "math", now))
            work.send(Push(Endpoint.APP_MESSAGE, "clew", "LiLei", Text(f"{number}"), f"p{number}"))
            reminder = Reminder(work.ids.next(), UserId("LiLei"), now, f"{number}", f"r{number}")
            await work.follow_ups.add_reminder(reminder, now)
            await work.records.unknown("mp:x", "new", b"raw", dedupe_key=f"u{number}", at=now)
            await work.commit()
        wish = KeyWish(f"{number}", "site", frozenset({Scope.LEADS_READ}), 60)
        await ApiKeys(self.store.database, self.vault, self.store.ids).issue(wish, now)
        async with self.store.database.write() as tx:
            await add_people(tx, self.vault, self.store.ids, 1, [phone(number)])
            file = SegmentFile(
                number, 1, "csv", "", has_contacts=False, state="waiting", rows=0, expires_at=now
            )
            await Segments(tx).keep_file(self.store.ids, self.vault, file, b"content", 1)
        uploads = Uploads(self.store.database, self.vault, self.store.ids)
        await uploads.add_piece(uploads.new_id(), 1, b"a file")
        row = f"{number}".encode()
        delivery = Delivery("wecom:clew", row, "", Priority.NORMAL, b"payload", now)
        await self.inbox.put(lambda: delivery)
        return person_id


@asynccontextmanager
async def process(
    database: Database, url: str, keys: MasterKeys, ids: IdSource
) -> AsyncIterator[Process]:
    inbox = open_inbox(inbox_url_of(url), database, Vault(keys), ids)
    try:
        yield Process(database, inbox, keys, ids)
    finally:
        await inbox.close()


async def rotate(one: Process) -> tuple[Standing, int]:
    found, moved = await rewrap(
        one.rotation.page, one.vault.keys.sealing, lambda _part, _rows: None
    )
    return found, sum(moved.values())


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every table more than one page long."""
    monkeypatch.setattr(rotation, "COUNT_ROWS", 3)
    monkeypatch.setattr(rotation, "RENEW_ROWS", 2)


async def test_after_a_rotation_the_old_key_is_needed_by_nothing(
    database: Database, migrated_url: str, ids: IdSource, now: datetime
) -> None:
    async with process(database, migrated_url, OLD, ids) as one:
        known = [await one.meet(number, now) for number in range(PERSONS)]
    async with process(database, migrated_url, BOTH, ids) as one:
        before = await standing(one.rotation.page)
        assert {part: dict(counts) for part, counts in before.rows.items()} == {
            part: {1: PERSONS} for part in Part
        }
        found, moved = await rotate(one)
        assert moved == PERSONS * len(Part)
        assert (found.under(1), found.under(2)) == (0, PERSONS * len(Part))
        assert (await rotate(one))[1] == 0
    async with process(database, migrated_url, NEW, ids) as one:
        assert [await one.meet(number, now) for number in range(PERSONS)] == known
        await everything_opens(one, now)


async def everything_opens(one: Process, now: datetime) -> None:
    claimed = await one.inbox.claim(50, MINUTE, now)
    assert {row.payload for row in claimed} == {b"payload"}
    outbox = Outbox(one.store.database, one.vault, one.store.ids)
    assert len(await outbox.claim(50, MINUTE, now)) == len(claimed) == PERSONS
    async with one.store.unit_of_work(now) as work:
        pending = await work.follow_ups.pending_of("LiLei")
        assert {reminder.text for reminder in pending} == {f"{n}" for n in range(PERSONS)}
        by_tail = await find.by_phone(work.tx, one.vault, "0003")
        by_whole = await find.by_phone(work.tx, one.vault, phone(3).value)
        assert [hit.lead.id for hit in by_tail] == [hit.lead.id for hit in by_whole] != []


async def test_processes_with_older_and_newer_keys_find_the_same_persons(
    database: Database, migrated_url: str, ids: IdSource, now: datetime
) -> None:
    async with (
        process(database, migrated_url, STANDBY, ids) as waiting,
        process(database, migrated_url, BOTH, ids) as turned,
    ):
        first = await waiting.meet(1, now)
        second = await turned.meet(2, now)
        assert await turned.meet(1, now) == first
        assert await waiting.meet(2, now) == second
        async with turned.store.unit_of_work(now) as work:
            assert len(await find.by_phone(work.tx, turned.vault, "0001")) == 1
        await rotate(turned)
        assert await waiting.meet(1, now) == first


async def test_an_identity_that_changes_meanwhile_stays_one_row(
    database: Database, migrated_url: str, ids: IdSource, now: datetime
) -> None:
    async with process(database, migrated_url, OLD, ids) as one:
        await one.meet(1, now)
    async with (
        process(database, migrated_url, BOTH, ids) as turned,
        process(database, migrated_url, STANDBY, ids) as waiting,
    ):
        for one in (turned, waiting, turned):
            async with one.store.unit_of_work(now) as work:
                await work.load([phone(1)])
                person = work.people.holder(phone(1))
                assert person is not None
                (key,) = person.identities
                flipped = replace(key, is_verified=not key.is_verified)
                work.people.put(replace(person, identities=(flipped,)))
                await work.commit()
            async with database.read() as tx:
                rows = await tx.fetch("select lookup, is_verified from identity")
            assert [(bytes(row["lookup"]), bool(row["is_verified"])) for row in rows] == [
                (one.vault.blind("phone", phone(1).value), flipped.is_verified)
            ]


async def test_what_is_written_under_the_older_key_meanwhile_is_found_by_the_next_round(
    database: Database, migrated_url: str, ids: IdSource, now: datetime
) -> None:
    async with (
        process(database, migrated_url, STANDBY, ids) as waiting,
        process(database, migrated_url, BOTH, ids) as turned,
    ):
        await waiting.meet(1, now)
        page = turned.rotation.page
        late = [2]

        async def and_another(part: Part, after: int, *, is_moving: bool) -> KeyPage:
            done = await page(part, after, is_moving=is_moving)
            if part is Part.INBOX and is_moving and late:
                await waiting.meet(late.pop(), now)
            return done

        turned.rotation.page = and_another  # type: ignore[method-assign]
        found, _ = await rotate(turned)
        assert found.outside(2) == 0
        assert found.under(2) == 2 * len(Part)


async def test_what_nobody_can_read_any_more_is_counted_and_left(
    database: Database, migrated_url: str, ids: IdSource, now: datetime
) -> None:
    async with process(database, migrated_url, OLD, ids) as one:
        erased = await one.meet(1, now)
        await one.meet(2, now)
        async with database.write() as tx:
            await tx.execute("update data_key set wrapped = $2 where person_id = $1", erased, b"")
            strange = Vault(MasterKeys({9: bytes(32)})).seal("reminder", b"[]")
            await tx.execute("update reminder set sealed = $1 where dedupe_key = 'r1'", strange)
    async with process(database, migrated_url, BOTH, ids) as one:
        found, _ = await rotate(one)
        assert (found.under(0), found.under(1), found.under(9)) == (1, 0, 1)
        assert found.rows[Part.DATA_KEYS] == {2: 1}
        async with one.store.unit_of_work(now) as work:
            with pytest.raises(SealBroken, match="9"):
                await work.follow_ups.pending_of("LiLei")
