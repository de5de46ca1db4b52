"""微信客服: accounts, sessions, message logs with cursors, the five-message budget (3.8)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from bot.simulator.config import Limits
from bot.simulator.moments import SlidingCount, unix
from bot.simulator.world.codes import Codes
from bot.simulator.world.ids import Ids


class Origin(IntEnum):
    """Who a log entry comes from."""

    CUSTOMER = 3
    SYSTEM = 4
    SERVICER = 5


class ServiceState(IntEnum):
    """State of a session."""

    NEW = 0
    BOT = 1
    POOL = 2
    HUMAN = 3
    ENDED = 4


#: Moves that service_state/trans may make; anything else is 95016.
MOVES = {
    ServiceState.NEW: {
        ServiceState.BOT,
        ServiceState.POOL,
        ServiceState.HUMAN,
        ServiceState.ENDED,
    },
    ServiceState.BOT: {ServiceState.POOL, ServiceState.HUMAN, ServiceState.ENDED},
    ServiceState.POOL: {ServiceState.HUMAN, ServiceState.ENDED},
    ServiceState.HUMAN: {ServiceState.HUMAN, ServiceState.ENDED},
    ServiceState.ENDED: set(),
}


class Budget(StrEnum):
    """Whether the account may send to a customer now."""

    OPEN = "open"
    USED_UP = "used_up"
    TOO_LATE = "too_late"


@dataclass(slots=True)
class Session:
    """A customer with an account; ``sent`` counts API messages since they last wrote."""

    external_userid: str
    state: ServiceState = ServiceState.NEW
    servicer_userid: str = ""
    last_customer_at: datetime | None = None
    last_welcome_at: datetime | None = None
    sent: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A log entry as sync_msg gives it."""

    at: datetime
    wire: dict[str, object]


@dataclass(frozen=True, slots=True)
class EventCode:
    """What a welcome, end-of-session or queue code stands for."""

    open_kfid: str
    external_userid: str


@dataclass(slots=True)
class KfAccount:
    """An account customers can write to."""

    open_kfid: str
    name: str
    servicers: list[str] = field(default_factory=list)
    sessions: dict[str, Session] = field(default_factory=dict)
    log: list[Entry] = field(default_factory=list)
    #: msgid → customer of what the API sent.
    sent: dict[str, str] = field(default_factory=dict)
    pulls: int = 0

    def session(self, external_userid: str) -> Session | None:
        """Return the customer's session, or None when they never entered."""
        return self.sessions.get(external_userid)


@dataclass(frozen=True, slots=True)
class Page:
    """An answer of sync_msg."""

    next_cursor: str
    has_more: bool
    entries: list[dict[str, object]]


class KfDesk:
    """All accounts and the rules between them and their customers."""

    def __init__(self, ids: Ids, limits: Limits) -> None:
        """Start without accounts."""
        self._ids = ids
        self._limits = limits
        self._tokens: dict[str, tuple[str, datetime]] = {}
        self.accounts: dict[str, KfAccount] = {}
        self.event_codes: Codes[EventCode] = Codes(ids, "KC")
        self.tokenless = SlidingCount(limits.kf_tokenless_per_minute, timedelta(minutes=1))

    def record(
        self, account: KfAccount, session: Session, origin: Origin, now: datetime, **body: object
    ) -> str:
        """Append an entry to the account's log and return its msgid.

        ``body`` is ``msgtype`` and the part named after it; entries of
        ``msgtype=event`` carry their ids inside ``event`` as well.
        """
        msgid = self._ids.word("kfm")
        wire: dict[str, object] = {
            "msgid": msgid,
            "open_kfid": account.open_kfid,
            "external_userid": session.external_userid,
            "send_time": unix(now),
            "origin": origin.value,
            **body,
        }
        if body["msgtype"] == "event":
            del wire["open_kfid"], wire["external_userid"]
        account.log.append(Entry(now, wire))
        return msgid

    def issue_token(self, open_kfid: str, now: datetime) -> str:
        """Return a pull token for a callback; it lives ten minutes."""
        token = self._ids.word("ENC")
        self._tokens[token] = (open_kfid, now + self._limits.kf_token_life)
        return token

    def knows_token(self, token: str, open_kfid: str, now: datetime) -> bool:
        """Tell whether a pull token belongs to this account and is alive."""
        owner, until = self._tokens.get(token, ("", now))
        return owner == open_kfid and now <= until

    def page(self, account: KfAccount, cursor: str, limit: int, now: datetime) -> Page | None:
        """Return what follows ``cursor``, or None when the cursor is not the account's.

        A cursor of an earlier run of the stand-in starts at the oldest entry, since
        that run's log is gone; the real platform never forgets one. Every few pulls
        give an empty page first (``kf_empty_every``), as the platform may.
        """
        start = self._position(account, cursor)
        if start is None:
            return None
        oldest = now - self._limits.kf_log_life
        while start < len(account.log) and account.log[start].at < oldest:
            start += 1
        account.pulls += 1
        every = self._limits.kf_empty_every
        is_empty = start < len(account.log) and every > 0 and account.pulls % every == 0
        end = start if is_empty else min(start + min(limit, self._limits.kf_page), len(account.log))
        entries = [entry.wire for entry in account.log[start:end]]
        return Page(self._cursor(account, end), end < len(account.log), entries)

    def _cursor(self, account: KfAccount, position: int) -> str:
        number = list(self.accounts).index(account.open_kfid)
        return f"cur-{self._ids.run}-{number}-{position}"

    def _position(self, account: KfAccount, cursor: str) -> int | None:
        if not cursor:
            return 0
        match = re.fullmatch(r"cur-(\w+)-(\d+)-(\d+)", cursor)
        if match is None:
            return None
        run, number, position = match[1], int(match[2]), int(match[3])
        if number != list(self.accounts).index(account.open_kfid):
            return None
        return position if run == self._ids.run else 0

    def customer_wrote(self, session: Session, now: datetime) -> None:
        """Renew the budget; an ended session begins anew."""
        session.last_customer_at = now
        session.sent = 0
        if session.state is ServiceState.ENDED:
            session.state, session.servicer_userid = ServiceState.NEW, ""

    def budget(self, session: Session, now: datetime) -> Budget:
        """Tell whether the account may send: five messages within 48 h of the customer's last."""
        last = session.last_customer_at
        if last is None or now - last > self._limits.kf_window:
            return Budget.TOO_LATE
        return Budget.OPEN if session.sent < self._limits.kf_budget else Budget.USED_UP

    def shut(self, account: KfAccount, external_userid: str, *, is_over: bool) -> None:
        """Close a session's window before its time, or use up what is left in it."""
        session = account.session(external_userid)
        if session is None:
            return
        session.sent = self._limits.kf_budget
        if is_over:
            session.last_customer_at = None

    def welcome_code(self, account: KfAccount, session: Session, now: datetime) -> str:
        """Return a code for entering, or "" when they wrote or were welcomed within 48 h."""
        window = self._limits.kf_window
        for last in (session.last_customer_at, session.last_welcome_at):
            if last is not None and now - last <= window:
                return ""
        payload = EventCode(account.open_kfid, session.external_userid)
        return self.event_codes.issue(payload, now, self._limits.welcome_life)
