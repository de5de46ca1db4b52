"""Error codes that may be asked for: their words, where they occur, what they bring (4.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from types import MappingProxyType

from bot.simulator.api.refusal import Code
from bot.simulator.config import Face

#: Exempt from the rates (fact sheet 4.1).
RATE_EXEMPT = "/cgi-bin/auth/getuserinfo"
BOTH = frozenset(Face)
WECOM = frozenset({Face.WECOM})
OFFICIAL = frozenset({Face.OFFICIAL})


@dataclass(frozen=True, slots=True)
class Place:
    """An endpoint as faults see it."""

    face: Face
    method: str
    path: str
    needs_token: bool


class Aftermath(StrEnum):
    """What a code means for the calls behind the one it was answered to."""

    NONE = "none"
    #: The token of the call opens nothing any more.
    TOKEN_INVALID = "token_invalid"  # noqa: S105 - a word, no secret
    TOKEN_EXPIRED = "token_expired"  # noqa: S105 - as above
    #: The endpoint is closed for a minute of the stand-in's clock.
    MINUTE = "minute"
    #: The endpoint is closed until midnight in Beijing.
    DAY = "day"
    #: The receiver's window is closed until their next message or action.
    WINDOW_OVER = "window_over"
    #: The receiver's quota is used up until their next message or action.
    QUOTA_USED = "quota_used"
    #: The welcome code is spent.
    CODE_SPENT = "code_spent"


@dataclass(frozen=True, slots=True)
class Meaning:
    """The words of a code and the places where the platform answers with it."""

    words: str
    faces: frozenset[Face] = BOTH
    paths: tuple[str, ...] = ("*",)
    needs_token: bool = False
    changes_only: bool = False
    aftermath: Aftermath = Aftermath.NONE

    def occurs_at(self, place: Place) -> bool:
        """Tell whether the platform may answer with this code there."""
        return (
            place.face in self.faces
            and (place.needs_token or not self.needs_token)
            and (place.method == "POST" or not self.changes_only)
            and any(fnmatchcase(place.path, path) for path in self.paths)
        )


WELCOMES = ("*/externalcontact/send_welcome_msg", "*/kf/send_msg_on_event")
CUSTOM = ("*/message/custom/send",)
KF_SEND = ("*/kf/send_msg",)

MEANINGS: Mapping[int, tuple[Meaning, ...]] = MappingProxyType(
    {
        Code.BUSY: (Meaning("system busy"),),
        Code.DATA_CONFLICT: (
            Meaning("data version conflict", WECOM, needs_token=True, changes_only=True),
        ),
        Code.BAD_SECRET: (
            Meaning("invalid credential", WECOM, ("*/gettoken",)),
            Meaning(
                "invalid credential, access_token is invalid or not latest",
                OFFICIAL,
                needs_token=True,
                aftermath=Aftermath.TOKEN_INVALID,
            ),
        ),
        Code.BAD_TOKEN: (
            Meaning("invalid access_token", needs_token=True, aftermath=Aftermath.TOKEN_INVALID),
        ),
        Code.TOKEN_EXPIRED: (
            Meaning("access_token expired", needs_token=True, aftermath=Aftermath.TOKEN_EXPIRED),
        ),
        Code.RATE: (
            Meaning("api freq out of limit", WECOM, aftermath=Aftermath.MINUTE),
            Meaning("reach max api daily quota limit", OFFICIAL, aftermath=Aftermath.DAY),
        ),
        Code.MP_MINUTE_RATE: (
            Meaning("api minute-quota reach limit", OFFICIAL, aftermath=Aftermath.MINUTE),
        ),
        Code.CONCURRENCY: (Meaning("api concurrent out of limit", WECOM),),
        Code.IP_NOT_ALLOWED: (Meaning("not allow to access from your ip", WECOM),),
        Code.MP_IP_NOT_ALLOWED: (Meaning("invalid ip {remote}, not in whitelist", OFFICIAL),),
        Code.NO_RIGHT: (Meaning("api forbidden", WECOM, needs_token=True),),
        Code.WELCOME_CODE_LATE: (
            Meaning("invalid welcome code", WECOM, WELCOMES, aftermath=Aftermath.CODE_SPENT),
        ),
        Code.WELCOME_CODE_USED: (
            Meaning("welcome msg has been sent", WECOM, WELCOMES, aftermath=Aftermath.CODE_SPENT),
        ),
        Code.MP_WINDOW_OVER: (
            Meaning(
                "response out of time limit or subscription canceled",
                OFFICIAL,
                CUSTOM,
                aftermath=Aftermath.WINDOW_OVER,
            ),
        ),
        Code.MP_QUOTA_USED: (
            Meaning(
                "out of response count limit", OFFICIAL, CUSTOM, aftermath=Aftermath.QUOTA_USED
            ),
        ),
        Code.KF_COUNT: (
            Meaning("send msg count limit", WECOM, KF_SEND, aftermath=Aftermath.QUOTA_USED),
        ),
        Code.KF_TIME: (
            Meaning("send msg time limit", WECOM, KF_SEND, aftermath=Aftermath.WINDOW_OVER),
        ),
    }
)


def meaning_at(errcode: int, place: Place) -> Meaning | None:
    """Return what ``errcode`` means at ``place``; None when it cannot occur there."""
    if errcode in (Code.RATE, Code.MP_MINUTE_RATE) and place.path == RATE_EXEMPT:
        return None
    found = MEANINGS.get(errcode, ())
    return next((meaning for meaning in found if meaning.occurs_at(place)), None)
