"""Tells Clew what happened: builds a callback and hands it to the courier."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bot.simulator import payloads
from bot.simulator.wire.courier import Answer, Parcel
from bot.simulator.wire.envelopes import Line
from bot.simulator.wire.xml import Field, render
from bot.simulator.world.kf import KfAccount, Origin, Session
from bot.simulator.world.world import World

OnAnswer = Callable[[Answer], None]


def tell_corp(world: World, fields: Sequence[Field], on_answer: OnAnswer | None = None) -> None:
    """Send a callback to the corp app's address."""
    world.courier.post(Parcel(Line.CORP, name_of(fields), render(fields), on_answer=on_answer))


def tell_official(
    world: World, openid: str, fields: Sequence[Field], on_answer: OnAnswer | None = None
) -> None:
    """Send a callback to the official account's address."""
    parcel = Parcel(Line.OFFICIAL, name_of(fields), render(fields), openid, on_answer)
    world.courier.post(parcel)


def tell_kf_event(
    world: World,
    account: KfAccount,
    session: Session,
    event_type: str,
    details: Mapping[str, object],
) -> None:
    """Log an event of a session and call Clew to pull it (fact sheet 2.7)."""
    event = {
        "event_type": event_type,
        "open_kfid": account.open_kfid,
        "external_userid": session.external_userid,
        **details,
    }
    world.kf.record(account, session, Origin.SYSTEM, world.now, msgtype="event", event=event)
    tell_corp(world, payloads.kf_event(world, account.open_kfid))


def name_of(fields: Sequence[Field]) -> str:
    """Return what a callback is called in the log: its change, event or message type."""
    by_name = dict(fields)
    parts = [str(by_name.get(key, "")) for key in ("Event", "ChangeType")]
    return ".".join(part for part in parts if part) or str(by_name.get("MsgType", ""))
