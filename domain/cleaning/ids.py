"""Ids by which people are known: WeChat ids in one form, and what is written and is nobody's.

Whatever stands in the column of an id leads to a person. So a word that many write who
have none (无, 同手机号, null) would make one person of all of them.
"""

from __future__ import annotations

import re

from domain.cleaning.email import address_of
from domain.cleaning.phone import e164_of
from domain.cleaning.text import fold
from domain.cleaning.words import word_set
from domain.values import IdentityKind, Refusal

WECHAT_MISSING = "wechat_missing"
WECHAT_INVALID = "wechat_invalid"
#: The phone is the WeChat id as well 微信同号.
WECHAT_SAME = "wechat_same"

#: What people and programs put into a field that they have nothing for.
_NOTHING = word_set(
    """
    无 没有 暂无 未知 未填 未填写 未提供 不详 不知道 不清楚 保密 空 待补充 待定 没 否
    null none nil nan n/a #n/a na undefined unknown (null) [null] <null>
    """
)
#: The platform's rule is 6 to 20 signs, a letter first; old ids are a QQ or phone number,
#: and those that the platform gives (``wxid_…``) are a little longer.
_WECHAT = re.compile(r"[a-z][a-z0-9_\-]{5,31}|\+?[0-9]{5,15}", re.ASCII)
_PHONE_SEPARATORS = re.compile(r"(?<=[0-9])[\s\-]+(?=[0-9])")
#: Words that say that the phone is meant, and nothing beside them.
_SAME = re.compile(r"(?:微信|[vw]x?|手机|电话|号码?|同步?|[和与跟]|一样|一致|就?是|即为?|[/:,\s])+")
_SAID_SAME = re.compile(r"同|一样|一致|是|即|手机|电话")


def says_nothing(raw: str) -> bool:
    """Tell whether a field holds only a word for having nothing, several zeros, or signs.

    A single zero is the id of whoever a system counted first.
    """
    text = raw.strip().casefold()
    return text in _NOTHING or (text != "0" and not any(map(_tells, text)))


def _tells(character: str) -> bool:
    return character.isalnum() and character != "0"


def wechat_of(raw: str) -> str | Refusal:
    """Return a WeChat id in the form in which it is compared: half width, lower case.

    Refusal codes: ``wechat_missing`` (nothing, or a word for it), ``wechat_same`` (微信同号:
    the phone is meant), ``wechat_invalid`` (a nickname, too short, other signs).
    """
    text = _PHONE_SEPARATORS.sub("", fold(raw).strip().casefold())
    if _WECHAT.fullmatch(text) and not says_nothing(text):
        return text
    if says_nothing(text):
        return Refusal(WECHAT_MISSING)
    if _SAME.fullmatch(text) and _SAID_SAME.search(text):
        return Refusal(WECHAT_SAME)
    return Refusal(WECHAT_INVALID)


def in_one_form(kind: IdentityKind, raw: str) -> str | Refusal:
    """Return what identifies somebody in the form in which it is kept; ids are kept as written.

    Refusals are those of phones, e-mail addresses and WeChat ids.
    """
    match kind:
        case IdentityKind.PHONE:
            return e164_of(raw)
        case IdentityKind.EMAIL:
            return address_of(raw)
        case IdentityKind.WECHAT:
            return wechat_of(raw)
        case _:
            return raw
