"""What must hold after all the killing, counted at the stand-in and in the database."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import inf

import msgspec

from bot.simulator.simulator import Simulator
from bot.simulator.wire.envelopes import Line
from bot.simulator.world.app_chat import DropReason
from bot.simulator.world.windows import MessageKind
from bot.story.reading import title_of
from bot.wecom.parse import parse, peek
from storage.database import Database, Row, inbox_url_of, open_database

#: What waits until its customer writes again, and what stands behind it in its lane, is at
#: rest: here nobody writes any more.
_NOT_HELD = {
    "outbox": """
      and error not like 'allowance_used%' and not exists (
        select 1 from outbox as held
        where held.state = 'pending' and held.error like 'allowance_used%' and held.lane <> ''
          and held.lane = outbox.lane and (held.due_at, held.id) < (outbox.due_at, outbox.id))
    """,
    "platform_fetch": "",
}
_SOURCES = {Line.CORP: "wecom:clew", Line.OFFICIAL: "mp:gh_clewdemo00001"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One promise: what was counted, and what is wrong with it (empty: nothing)."""

    promise: str
    counted: int
    wrong: tuple[str, ...] = ()


async def until_calm(url: str, seconds: float) -> bool:
    """Wait until the queues are empty; False when they come no nearer to it for so many seconds.

    Two reps who get 30 messages a minute each may be owed an hour's worth. Queues that go
    up and down without ever getting shorter are given up.
    """
    fewest, nearer_at = inf, time.monotonic()
    while time.monotonic() - nearer_at < seconds:
        inbox, main = await _open(url)
        try:
            waiting = (await _waiting(inbox, main)).total()
        finally:
            await _close(inbox, main)
        if not waiting:
            return True
        if waiting < fewest:
            fewest, nearer_at = waiting, time.monotonic()
        await asyncio.sleep(0.5)
    return False


async def _open(url: str) -> tuple[Database, Database]:
    main = await open_database(url)
    inbox = await open_database(inbox_url_of(url)) if url.startswith("sqlite") else main
    return inbox, main


async def _close(inbox: Database, main: Database) -> None:
    await main.close()
    if inbox is not main:
        await inbox.close()


async def _waiting(inbox: Database, main: Database) -> Counter[str]:
    """Count what waits, by its table and state."""
    found: Counter[str] = Counter()
    async with inbox.read() as tx:
        for row in await tx.fetch("select state, count(*) as n from inbox group by state"):
            if row["state"] != "done":
                found[f"inbox {row['state']}"] = row["n"]
    async with main.read() as tx:
        for table in ("outbox", "platform_fetch"):
            rows = await tx.fetch(
                f"select state, count(*) as n from {table}"
                f" where state in ('open', 'pending', 'leased') {_NOT_HELD[table]} group by state"
            )
            found.update({f"{table} {row['state']}": row["n"] for row in rows})
    return found


def _empty(waiting: Counter[str]) -> Finding:
    wrong = tuple(f"{queue}: {n}" for queue, n in waiting.items())
    return Finding("queues are empty", 1, wrong)


def _failed(outbox: Iterable[Row]) -> Finding:
    """Nothing failed but what the platform's allowance of five answers forbids."""
    rows = [row for row in outbox if row["state"] == "failed"]
    wrong = [
        f"{row['endpoint']}: {row['error']}"
        for row in rows
        if not row["error"].startswith("allowance_used")
    ]
    return Finding("nothing failed for good", len(rows), tuple(wrong))


async def audit(sim: Simulator, url: str) -> list[Finding]:
    """Check every promise against the stand-in's own memory."""
    inbox, main = await _open(url)
    try:
        async with inbox.read() as tx:
            keys = {bytes(row["key"]) for row in await tx.fetch("select key from inbox")}
        async with main.read() as tx:
            events = await tx.fetch("select dedupe_key from event")
            leads = await tx.fetch("select * from lead")
            ledger = await tx.fetch("select * from ownership order by lead_id, assignment")
            identities = await tx.fetch("select kind, lookup, person_id from identity")
            outbox = await tx.fetch("select endpoint, state, dedupe_key, error from outbox")
        return [
            _empty(await _waiting(inbox, main)),
            _failed(outbox),
            _acknowledged(sim, keys),
            _kf_messages(sim, {row["dedupe_key"] for row in events}),
            _once("one person per identity", ((r["kind"], bytes(r["lookup"])) for r in identities)),
            _once("one lead per person", ((r["person_id"], r["product_line"]) for r in leads)),
            _ledger(leads, ledger),
            _cards(sim, outbox),
            _replies(sim, outbox),
            _limits(sim),
        ]
    finally:
        await _close(inbox, main)


def _acknowledged(sim: Simulator, keys: set[bytes]) -> Finding:
    accepted = [d for d in sim.deliveries if d.is_accepted]
    lost = [
        f"{d.parcel.name} at {d.at}"
        for d in accepted
        if peek(_SOURCES[d.parcel.line], d.parcel.plaintext).key not in keys
    ]
    return Finding("every acknowledged callback is stored", len(accepted), tuple(lost))


def _kf_messages(sim: Simulator, events: set[str]) -> Finding:
    wanted = []
    for account in sim.world.kf.accounts.values():
        for entry in account.log:
            if entry.wire["msgtype"] == "text" and entry.wire["origin"] == 3:
                update = parse(f"kf:{account.open_kfid}", msgspec.json.encode(entry.wire))
                wanted.append(f"{update.dedupe_key}:kf_message")
    lost = [key for key in wanted if key not in events]
    return Finding("every 微信客服 message is an event", len(wanted), tuple(lost))


def _once(promise: str, things: Iterable[object]) -> Finding:
    counts = Counter(things)
    twice = tuple(f"{thing}: {n}" for thing, n in counts.items() if n > 1)
    return Finding(promise, len(counts), twice)


def _ledger(leads: Iterable[Row], ledger: Iterable[Row]) -> Finding:
    lines: dict[int, list[Row]] = {}
    for row in ledger:
        lines.setdefault(row["lead_id"], []).append(row)
    wrong = []
    for lead in leads:
        own = lines.get(lead["id"], [])
        if [row["assignment"] for row in own] != list(range(1, lead["assignment"] + 1)):
            wrong.append(f"lead {lead['id']}: gaps in the ledger")
        if own and own[-1]["to_owner"] != lead["owner"]:
            wrong.append(f"lead {lead['id']}: ledger and owner disagree")
        if any(a["to_owner"] != b["from_owner"] for a, b in pairwise(own)):
            wrong.append(f"lead {lead['id']}: a change of owner is missing")
    return Finding("ledger and owners agree", sum(map(len, lines.values())), tuple(wrong))


def _cards(sim: Simulator, outbox: Iterable[Row]) -> Finding:
    """Every offer that left is seen exactly once."""
    sent = sum(
        row["state"] == "sent" and row["dedupe_key"].startswith("card:offer-") for row in outbox
    )
    unsure = sum(
        row["state"] == "unknown" and row["dedupe_key"].startswith("card:offer-") for row in outbox
    )
    windows = (sim.messages(f"app:{e.userid}") for e in sim.world.directory.employees)
    seen = [
        message
        for window in windows
        for message in window
        if message.kind is MessageKind.CARD and _is_offer(message.body)
    ]
    wrong = () if sent <= len(seen) <= sent + unsure else (f"{len(seen)} seen, {sent} sent",)
    doubled = _once("", (_task(message.body) or title_of(message) for message in seen)).wrong
    return Finding("every offer is seen exactly once", len(seen), (*wrong, *doubled))


def _is_offer(body: object) -> bool:
    return _task(body).startswith("offer-")


def _task(body: object) -> str:
    card = body.get("card") if isinstance(body, dict) else None
    return str(card.get("task_id", "")) if isinstance(card, dict) else ""


def _replies(sim: Simulator, outbox: Iterable[Row]) -> Finding:
    """What left for customers is seen once; what is not known may be seen or not."""
    rows = list(outbox)
    wrong: list[str] = []
    counted = 0
    for endpoints, window, own in (
        (("kf_message", "kf_event_message"), "kf:", "wkclewdemo000001"),
        (("mp_message",), "mp:", "gh_clewdemo00001"),
    ):
        states = Counter(row["state"] for row in rows if row["endpoint"] in endpoints)
        seen = sum(
            message.sender == own
            for name, conversation in sim.world.windows.conversations.items()
            if name.startswith(window)
            for message in conversation.messages
        )
        counted += seen
        if not states["sent"] <= seen <= states["sent"] + states["unknown"]:
            wrong.append(f"{window} {seen} seen, {dict(states)}")
    return Finding("every answer is seen once", counted, tuple(wrong))


def _limits(sim: Simulator) -> Finding:
    """Nothing was swallowed for being too much; a repetition that was swallowed did its work."""
    too_much = [str(drop) for drop in sim.dropped if drop.reason is not DropReason.DUPLICATE]
    return Finding("no limit exceeded", len(sim.calls("message/send")), tuple(too_much))
