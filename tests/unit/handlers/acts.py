"""What customers and employees do, as typed updates with sensible defaults."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

import handlers.updates as u
from domain.buttons import Button, Verb
from domain.messages import Card
from domain.values import ContactKey, IdentityKind, UserId
from storage.moments import to_micros
from tests.factories import NOW

ZHANG_SAN = "wmclewtest000000000000zhangsan01"
LI_SI = "wmclewtest00000000000000000lisi1"
FOLLOWER = "oclewtest0000000000000000001"
ACCOUNT, KF = "gh_clewtest000001", "wkclewtest00000001"
LI = UserId("LiLei")
PHONE = "13900001234"
E164 = "+8613900001234"
#: What somebody writes who is over the pass mark at once.
EAGER = "三年级数学，在上海，想报名，怎么付款？也想试听，多少钱？"
_numbers = count(1)


def common(at: datetime = NOW, source: str = "wecom:clew") -> dict[str, Any]:
    return {"source": source, "at": at, "dedupe_key": f"test:{next(_numbers)}"}


def external(customer: str = ZHANG_SAN) -> ContactKey:
    return ContactKey(IdentityKind.EXTERNAL_USERID, customer)


def openid(follower: str = FOLLOWER) -> ContactKey:
    return ContactKey(IdentityKind.OPENID, f"{ACCOUNT}:{follower}")


def phone(number: str = E164) -> ContactKey:
    return ContactKey(IdentityKind.PHONE, number)


# ------------------------------------------------------------------ customers


def added(customer: str = ZHANG_SAN, rep: str = "LiLei", **fields: Any) -> u.CustomerAdded:
    at = fields.pop("at", NOW)
    return u.CustomerAdded(userid=UserId(rep), external_userid=customer, **(common(at) | fields))


def deleted_rep(customer: str = ZHANG_SAN, rep: str = "LiLei", at: datetime = NOW) -> u.Update:
    return u.CustomerDeletedRep(userid=UserId(rep), external_userid=customer, **common(at))


def fetched(customer: str = ZHANG_SAN, **fields: Any) -> u.ExternalContactFetched:
    at = fields.pop("at", NOW)
    return u.ExternalContactFetched(
        asked=customer,
        account="",
        generation=to_micros(at),
        external_userid=customer,
        **(common(at, "fetch:external_contact") | fields),
    )


def entered(customer: str = ZHANG_SAN, **fields: Any) -> u.KfSessionEntered:
    at = fields.pop("at", NOW)
    number = next(_numbers)
    return u.KfSessionEntered(
        msgid=f"e{number}", open_kfid=KF, external_userid=customer, **(common(at) | fields)
    )


def wrote(text: str, customer: str = ZHANG_SAN, at: datetime = NOW) -> u.KfMessage:
    return u.KfMessage(
        msgid=f"m{next(_numbers)}",
        open_kfid=KF,
        external_userid=customer,
        origin=u.KfOrigin.CUSTOMER,
        content=u.Text(text),
        **common(at, f"kf:{KF}"),
    )


def answered(customer: str = ZHANG_SAN, at: datetime = NOW) -> u.KfMessage:
    """A servicer wrote."""
    return u.KfMessage(
        msgid=f"m{next(_numbers)}",
        open_kfid=KF,
        external_userid=customer,
        origin=u.KfOrigin.SERVICER,
        servicer_userid=UserId("LiLei"),
        content=u.Text("您好"),
        **common(at, f"kf:{KF}"),
    )


def followed(follower: str = FOLLOWER, scene: str = "", at: datetime = NOW) -> u.MpSubscribed:
    return u.MpSubscribed(account=ACCOUNT, openid=follower, scene=scene, **common(at, "mp:x"))


def mp_wrote(text: str, follower: str = FOLLOWER, at: datetime = NOW) -> u.MpMessage:
    return u.MpMessage(
        account=ACCOUNT,
        openid=follower,
        msgid=f"m{next(_numbers)}",
        content=u.Text(text),
        **common(at, "mp:x"),
    )


def follower_fetched(unionid: str, follower: str = FOLLOWER, at: datetime = NOW) -> u.MpUserFetched:
    return u.MpUserFetched(
        asked=follower,
        account=ACCOUNT,
        generation=to_micros(at),
        openid=follower,
        is_subscribed=True,
        unionid=unionid,
        **common(at, "fetch:mp_user"),
    )


# ------------------------------------------------------------------ employees


def said(text: str, by: str = "LiLei", at: datetime = NOW) -> u.EmployeeMessage:
    return u.EmployeeMessage(
        userid=UserId(by), msgid=f"m{next(_numbers)}", content=u.Text(text), **common(at)
    )


def clicked(key: str, by: str = "LiLei", at: datetime = NOW, **selected: str) -> u.CardClicked:
    number = next(_numbers)
    return u.CardClicked(
        userid=UserId(by),
        task_id="task",
        key=key,
        response_code=f"code{number}",
        selected={question: (option,) for question, option in selected.items()},
        **common(at),
    )


def button(verb: Verb, about: int, word: object = "") -> str:
    return Button(verb, about, str(word)).key


def key_of(card: Card, verb: Verb, word: str = "") -> str:
    """Return the key of a button as the card shows it."""
    found = [b.key for b in card.buttons if b.key.startswith(f"{verb}:")]
    return next(key for key in found if not word or key.endswith(f":{word}"))
