"""Refuses rules that make no sense before they wait in vain."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from fnmatch import fnmatchcase

from msgspec import UNSET

from bot.simulator.config import Face
from bot.simulator.faults.codes import MEANINGS, Place, meaning_at
from bot.simulator.faults.fault import DEFAULTS, Fault, FaultKind

#: Fields that only some kinds understand.
PARTICULAR = ("seconds", "status", "errcode", "above", "copies")
#: Endpoints that put a message into somebody's window.
SHOWING = (
    "*/message/send",
    "*/appchat/send",
    "*/kf/send_msg",
    "*/kf/send_msg_on_event",
    "*/externalcontact/send_welcome_msg",
    "*/message/custom/send",
    "*/message/template/send",
)


class Nonsense(StrEnum):
    """Why a rule is refused: keys of ``[faults]`` in the texts."""

    FIELD_WITHOUT_MEANING = "field_without_meaning"
    EMPTY_SPAN = "empty_span"
    UNKNOWN_ACCOUNT = "unknown_account"
    NO_SUCH_ENDPOINT = "no_such_endpoint"
    NOTHING_IS_SHOWN = "nothing_is_shown"
    UNKNOWN_ERRCODE = "unknown_errcode"
    ERRCODE_ELSEWHERE = "errcode_elsewhere"


class FaultRefused(Exception):  # noqa: N818 - an expected "no"
    """A rule makes no sense; ``facts`` fill the text of ``code``."""

    def __init__(self, code: Nonsense, **facts: object) -> None:
        """Refuse because of ``code``."""
        super().__init__(f"{code}: " + ", ".join(f"{k}={v}" for k, v in facts.items()))
        self.code = code
        self.facts = facts


def check(fault: Fault, places: Collection[Place], accounts: Mapping[str, Face]) -> None:
    """Make sure that the fault can strike something.

    ``places`` are the endpoints served, ``accounts`` the known ones by case-folded name.

    Raises:
        FaultRefused: it cannot, or says something its kind does not understand.
    """
    for name in PARTICULAR:
        if getattr(fault, name) is not UNSET and name not in DEFAULTS[fault.kind]:
            raise FaultRefused(Nonsense.FIELD_WITHOUT_MEANING, field=name, kind=fault.kind.value)
    if fault.start is not None and fault.until is not None and fault.start >= fault.until:
        raise FaultRefused(Nonsense.EMPTY_SPAN)
    if fault.account and fault.account.casefold() not in accounts:
        known = ", ".join(accounts)
        raise FaultRefused(Nonsense.UNKNOWN_ACCOUNT, account=fault.account, known=known)
    if not fault.kind.is_of_callbacks:
        _check_place(fault, places, accounts)


def _check_place(fault: Fault, places: Collection[Place], accounts: Mapping[str, Face]) -> None:
    reached = [
        place
        for place in places
        if fnmatchcase(place.path, fault.path)
        and (not fault.account or place.face is accounts[fault.account.casefold()])
    ]
    if not reached:
        raise FaultRefused(Nonsense.NO_SUCH_ENDPOINT, path=fault.path)
    if fault.kind is FaultKind.ERRCODE:
        _check_code(int(fault.value("errcode")), fault.path, reached, places)
    if fault.kind is FaultKind.SILENT_DROP and not any(map(_shows, reached)):
        raise FaultRefused(Nonsense.NOTHING_IS_SHOWN, path=fault.path)


def _shows(place: Place) -> bool:
    return any(fnmatchcase(place.path, path) for path in SHOWING)


def _check_code(
    errcode: int, path: str, reached: Collection[Place], places: Collection[Place]
) -> None:
    if errcode not in MEANINGS:
        known = ", ".join(str(int(code)) for code in MEANINGS)
        raise FaultRefused(Nonsense.UNKNOWN_ERRCODE, errcode=errcode, known=known)
    if not any(meaning_at(errcode, place) for place in reached):
        where = sorted({place.path for place in places if meaning_at(errcode, place)})
        raise FaultRefused(
            Nonsense.ERRCODE_ELSEWHERE, errcode=errcode, path=path, where=", ".join(where)
        )
