"""From the kind of a fetch to the builder of its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.wecom.parse.arrival import Arrival
from bot.wecom.parse.entries import ENTRY_MADE, build_entry
from bot.wecom.parse.fetched import (
    answer_fields,
    dedup_hook,
    employee,
    external_contact,
    group_chat,
    kf_customers,
    mp_user,
)
from bot.wecom.parse.fields import Fields
from bot.wecom.parse.synced import build_page, build_refusal
from domain.messages import FetchKind
from handlers.updates import FetchRefused, Update

_BUILDERS: Mapping[str, Callable[[Arrival, Fields], Update]] = {
    FetchKind.EXTERNAL_CONTACT: external_contact,
    FetchKind.GROUP_CHAT: group_chat,
    FetchKind.KF_CUSTOMER: kf_customers,
    FetchKind.EMPLOYEE: employee,
    FetchKind.MP_USER: mp_user,
    FetchKind.SYNC_PAGE: build_page,
    ENTRY_MADE: build_entry,
    FetchKind.DEDUP_HOOK: dedup_hook,
}


def build_answer(arrival: Arrival) -> Update:
    """Return what was fetched, or the platform's refusal."""
    kind, answer = arrival.kind, arrival.fields.node("answer")
    errcode = answer.whole("errcode") or 0
    if errcode and kind == FetchKind.SYNC_PAGE:
        return build_refusal(arrival, errcode)
    if errcode:
        return FetchRefused(kind=kind, errcode=errcode, **answer_fields(arrival))
    answer.drop("errmsg")
    builder = _BUILDERS.get(kind)
    return builder(arrival, answer) if builder else arrival.unknown()
