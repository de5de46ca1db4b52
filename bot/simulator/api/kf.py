"""微信客服: pull, send, sessions (fact sheet 3.8)."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from bot.simulator import callbacks
from bot.simulator.api import lookups
from bot.simulator.api.gateway import Answer, Ask, Endpoint, Strict
from bot.simulator.api.kf_types import EventSend, KfSend, render
from bot.simulator.api.refusal import (
    KF_EVENT_CODE_LATE,
    KF_EVENT_CODE_USED,
    Code,
    Refused,
)
from bot.simulator.config import Right
from bot.simulator.world.codes import CodeFault
from bot.simulator.world.kf import MOVES, Budget, EventCode, KfAccount, ServiceState, Session
from bot.simulator.world.windows import Said
from bot.simulator.world.world import World

CALLERS = frozenset({Right.KF})
#: ``fail_type`` of a customer who blocks the account.
REFUSED_BY_CUSTOMER = 8


class Pull(Strict):
    """Body of sync_msg."""

    open_kfid: str
    cursor: Annotated[str, Meta(max_length=64)] = ""
    token: str = ""
    limit: Annotated[int, Meta(ge=1, le=1000)] = 1000
    voice_format: Annotated[int, Meta(ge=0, le=1)] = 0


class Page(Strict):
    """Body of account/list."""

    offset: Annotated[int, Meta(ge=0)] = 0
    limit: Annotated[int, Meta(ge=1, le=100)] = 100


class Whose(Strict):
    """Body of service_state/get."""

    open_kfid: str
    external_userid: str


class Move(Strict):
    """Body of service_state/trans."""

    open_kfid: str
    external_userid: str
    service_state: Annotated[int, Meta(ge=0, le=4)]
    servicer_userid: str = ""


class Customers(Strict):
    """Body of customer/batchget."""

    external_userid_list: Annotated[list[str], Meta(min_length=1, max_length=100)]
    need_enter_session_context: Annotated[int, Meta(ge=0, le=1)] = 0


class Way(Strict):
    """Body of add_contact_way."""

    open_kfid: str
    scene: Annotated[str, Meta(max_length=32, pattern="^[0-9a-zA-Z_-]*$")] = ""


def accounts(ask: Ask[Page]) -> Answer:
    """Return the accounts."""
    every = list(ask.world.kf.accounts.values())
    page = every[ask.body.offset : ask.body.offset + ask.body.limit]
    return {
        "account_list": [
            {"open_kfid": a.open_kfid, "name": a.name, "avatar": "", "manage_privilege": True}
            for a in page
        ]
    }


def sync(ask: Ask[Pull]) -> Answer:
    """Return what follows the cursor; what the API sent is never in it."""
    world, body = ask.world, ask.body
    account = lookups.kf_account(world, body.open_kfid)
    if body.token:
        if not world.kf.knows_token(body.token, body.open_kfid, world.now):
            raise Refused(Code.KF_TOKEN, "invalid token")
    elif not world.kf.tokenless.take(body.open_kfid, world.now):
        raise Refused(Code.RATE, "api freq out of limit, use the token of the callback")
    page = world.kf.page(account, body.cursor, body.limit, world.now)
    if page is None:
        raise Refused(Code.BAD_PARAMETER, "invalid cursor")
    return {
        "next_cursor": page.next_cursor,
        "has_more": int(page.has_more),
        "msg_list": page.entries,
    }


def send(ask: Ask[KfSend]) -> Answer:
    """Show a message to the customer: five within 48 h of theirs; an old msgid shows nothing."""
    world, body = ask.world, ask.body
    account = lookups.kf_account(world, body.open_kfid)
    lookups.customer(world, body.touser)
    said = render(world, body.msgtype, body)
    if body.msgid in account.sent:
        return {"msgid": body.msgid}
    session = _open_session(account, body.touser)
    match world.kf.budget(session, world.now):
        case Budget.TOO_LATE:
            raise Refused(Code.KF_TIME, "send msg time limit")
        case Budget.USED_UP:
            raise Refused(Code.KF_COUNT, "send msg count limit")
    session.sent += 1
    return {"msgid": _deliver(world, account, session, said, body.msgid)}


def _open_session(account: KfAccount, external_userid: str) -> Session:
    session = account.session(external_userid)
    if session is None:
        raise Refused(Code.KF_TIME, "send msg time limit")
    if session.state is ServiceState.ENDED:
        raise Refused(Code.KF_ENDED, "conversation end")
    if session.state not in (ServiceState.NEW, ServiceState.BOT):
        raise Refused(Code.KF_STATE, "invalid service state")
    return session


def _deliver(world: World, account: KfAccount, session: Session, said: Said, msgid: str) -> str:
    msgid = msgid or world.ids.word("kfs")
    account.sent[msgid] = session.external_userid
    customer = lookups.customer(world, session.external_userid)
    if customer.blocks_kf:
        failure = {"fail_msgid": msgid, "fail_type": REFUSED_BY_CUSTOMER}
        callbacks.tell_kf_event(world, account, session, "msg_send_fail", failure)
    else:
        world.windows.show(f"kf:{customer.external_userid}", account.open_kfid, said)
    return msgid


def send_on_event(ask: Ask[EventSend]) -> Answer:
    """Answer an event once with its code: entering 20 s, ended 20 s, queue 48 h."""
    world, body = ask.world, ask.body
    said = render(world, body.msgtype, body)
    found = world.kf.event_codes.redeem(body.code, world.now)
    if found is CodeFault.USED:
        raise Refused(KF_EVENT_CODE_USED, "code has been used")
    if isinstance(found, CodeFault):
        raise Refused(KF_EVENT_CODE_LATE, "invalid code")
    account = lookups.kf_account(world, found.open_kfid)
    session = account.sessions[found.external_userid]
    session.last_welcome_at = world.now
    return {"msgid": _deliver(world, account, session, said, body.msgid)}


def get_state(ask: Ask[Whose]) -> Answer:
    """Return the session's state; who never entered is new."""
    account = lookups.kf_account(ask.world, ask.body.open_kfid)
    lookups.customer(ask.world, ask.body.external_userid)
    session = account.session(ask.body.external_userid) or Session(ask.body.external_userid)
    return {"service_state": session.state.value, "servicer_userid": session.servicer_userid}


def move_state(ask: Ask[Move]) -> Answer:
    """Move a session; a move made here causes no event, but may give a code to answer with."""
    world, body = ask.world, ask.body
    account = lookups.kf_account(world, body.open_kfid)
    session = account.session(body.external_userid)
    if session is None:
        raise Refused(Code.KF_STATE, "invalid service state")
    if session.state is ServiceState.ENDED:
        raise Refused(Code.KF_ENDED, "conversation end")
    target = ServiceState(body.service_state)
    if target not in MOVES[session.state]:
        raise Refused(Code.KF_STATE, "invalid service state")
    if target is ServiceState.HUMAN and body.servicer_userid not in account.servicers:
        raise Refused(Code.KF_SERVICER, "invalid servicer userid")
    session.state = target
    session.servicer_userid = body.servicer_userid if target is ServiceState.HUMAN else ""
    return _move_code(world, account, session)


def _move_code(world: World, account: KfAccount, session: Session) -> dict[str, object]:
    limits = world.config.limits
    lives = {ServiceState.POOL: limits.kf_window, ServiceState.ENDED: limits.welcome_life}
    life = lives.get(session.state)
    if life is None:
        return {}
    payload = EventCode(account.open_kfid, session.external_userid)
    return {"msg_code": world.kf.event_codes.issue(payload, world.now, life)}


def customers(ask: Ask[Customers]) -> Answer:
    """Return customers who have entered some account; others are invalid."""
    world = ask.world
    entered = {who for account in world.kf.accounts.values() for who in account.sessions}
    found: list[dict[str, object]] = []
    invalid: list[str] = []
    for external_userid in ask.body.external_userid_list:
        customer = world.customers.find(external_userid)
        if customer is None or external_userid not in entered:
            invalid.append(external_userid)
            continue
        wire: dict[str, object] = {
            "external_userid": external_userid,
            "nickname": customer.name,
            "avatar": "",
            "gender": customer.gender,
        }
        found.append(wire | ({"unionid": customer.unionid} if customer.unionid else {}))
    return {"customer_list": found, "invalid_external_userid": invalid}


def add_way(ask: Ask[Way]) -> Answer:
    """Return a link into the account; the caller may append ``&scene_param=``."""
    account = lookups.kf_account(ask.world, ask.body.open_kfid)
    return {"url": f"https://work.weixin.qq.com/kfid/{account.open_kfid}?scene={ask.body.scene}"}


BASE = "/cgi-bin/kf"
ENDPOINTS: tuple[Endpoint[Any], ...] = (
    Endpoint("POST", f"{BASE}/account/list", Page, accounts, CALLERS),
    Endpoint("POST", f"{BASE}/sync_msg", Pull, sync, CALLERS, is_narrow=True),
    Endpoint("POST", f"{BASE}/send_msg", KfSend, send, CALLERS),
    Endpoint("POST", f"{BASE}/send_msg_on_event", EventSend, send_on_event, CALLERS),
    Endpoint("POST", f"{BASE}/service_state/get", Whose, get_state, CALLERS),
    Endpoint("POST", f"{BASE}/service_state/trans", Move, move_state, CALLERS),
    Endpoint("POST", f"{BASE}/customer/batchget", Customers, customers, CALLERS),
    Endpoint("POST", f"{BASE}/add_contact_way", Way, add_way, CALLERS),
)
