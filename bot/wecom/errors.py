"""Everything that can go wrong on the wire, sorted in one place.

Three things can happen to a call besides success, and the once-only rules
(architecture section 1) hang on telling them apart: the platform said no
(:class:`PlatformError`), it certainly never took the call
(:class:`NotSentError`), or nobody knows (:class:`OutcomeUnknownError`). None of
them holds a token, a secret or a phone number, so all may be logged.
"""

from __future__ import annotations

import re
from enum import StrEnum

from bot.wecom.error_codes import CODES, OFFICIAL_CODES, UNKNOWN_CODE, Pause, Reaction, Verdict

ERRMSG_LIMIT = 200

_ADDRESS = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")
#: Tokens, secrets, hint numbers; phone numbers of either length of prefix.
_SECRET = re.compile(r"(?:hint: ?\[[^\]]*\])|[A-Za-z0-9_\-]{24,}|\+?\d{11,}")


class Family(StrEnum):
    """Which platform speaks: a few codes differ."""

    WECOM = "wecom"
    OFFICIAL = "official"


def classify(errcode: int, family: Family) -> Verdict:
    """Say what ``errcode`` of ``family`` asks for; an unknown code is permanent."""
    if family is Family.OFFICIAL and errcode in OFFICIAL_CODES:
        return OFFICIAL_CODES[errcode]
    return CODES.get(errcode, UNKNOWN_CODE)


def scrub(errmsg: str) -> str:
    """Return the platform's words without addresses, tokens, hints and phone numbers, cut."""
    bare = _SECRET.sub("***", _ADDRESS.sub("*.*.*.*", errmsg))
    return bare[:ERRMSG_LIMIT]


def egress_address(errmsg: str) -> str:
    """Return the address of ours that the platform refused (60020, 40164), or an empty string.

    It is what the operator has to enter as 企业可信IP.
    """
    found = _ADDRESS.search(errmsg)
    return found.group() if found else ""


class WireError(Exception):
    """A platform call did not succeed."""

    reaction: Reaction = Reaction.PERMANENT
    advice: str = "unknown_code"
    pause: Pause = Pause.NONE

    def __init__(self, endpoint: str, reason: str) -> None:
        """``endpoint`` is the path called, ``reason`` a stable word or code, free of secrets."""
        super().__init__(f"{endpoint}: {reason}")
        self.endpoint = endpoint
        self.reason = reason


class PlatformError(WireError):
    """The platform answered no; ``errcode`` says why, ``reaction`` what to do."""

    def __init__(self, endpoint: str, errcode: int, errmsg: str, verdict: Verdict) -> None:
        """Keep the code, the scrubbed words and, for a refused address, that address."""
        super().__init__(endpoint, f"errcode {errcode}: {scrub(errmsg)}")
        self.errcode = errcode
        self.errmsg = scrub(errmsg)
        self.reaction = verdict.reaction
        self.advice = verdict.advice
        self.pause = verdict.pause
        self.refused_address = egress_address(errmsg) if verdict.advice == "allow_ip" else ""


class NotSentError(WireError):
    """The platform certainly did not take the call: no connection, or turned away unread."""

    reaction = Reaction.NOT_SENT
    advice = "platform_unreachable"


class OutcomeUnknownError(WireError):
    """The call left and no usable answer came back: it may have had its effect."""

    reaction = Reaction.OUTCOME_UNKNOWN
    advice = "answer_lost"


def credentials_refused(error: PlatformError) -> PlatformError:
    """Turn a token refused even when fresh into an operator's matter (fact sheet 0.5)."""
    verdict = Verdict(Reaction.OPERATOR, "check_secret")
    return PlatformError(error.endpoint, error.errcode, error.errmsg, verdict)
