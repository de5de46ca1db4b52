"""What an HTTP answer means: a JSON object, a file, or which of the three failures."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http import HTTPStatus

from bot.wecom.client.answers import JsonObject, text_of
from bot.wecom.error_codes import Reaction
from bot.wecom.errors import (
    Family,
    NotSentError,
    OutcomeUnknownError,
    PlatformError,
    classify,
)

_ENVELOPE = frozenset({"errcode", "errmsg"})


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer, unread."""

    status: int
    content_type: str
    body: bytes = field(repr=False)


def read_object(endpoint: str, reply: Reply, family: Family) -> JsonObject:
    """Return the answer without errcode and errmsg; success is errcode 0 or none (fact sheet 3).

    Raises:
        PlatformError: the errcode is a refusal.
        NotSentError: an HTTP status below 500 that is not 200: turned away unread.
        OutcomeUnknownError: HTTP 5xx (of a gateway: the call may have gone through) or
            an answer that is cut off or no JSON object.
    """
    _check_status(endpoint, reply)
    answer = _decoded(endpoint, reply.body)
    errcode = _errcode(endpoint, answer)
    verdict = classify(errcode, family)
    if verdict.reaction is not Reaction.OK:
        raise PlatformError(endpoint, errcode, text_of(answer, "errmsg"), verdict)
    return {key: value for key, value in answer.items() if key not in _ENVELOPE}


def read_file(endpoint: str, reply: Reply, family: Family) -> Reply:
    """Return ``reply`` if it is a file; a JSON answer where a file was asked for is an error.

    Raises:
        WireError: as :func:`read_object`.
    """
    _check_status(endpoint, reply)
    if reply.content_type in {"application/json", "text/plain"}:
        read_object(endpoint, reply, family)
        raise OutcomeUnknownError(endpoint, "answer_without_file")
    return reply


def _check_status(endpoint: str, reply: Reply) -> None:
    reason = f"http_{reply.status}"
    if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise OutcomeUnknownError(endpoint, reason)
    if reply.status != HTTPStatus.OK:
        raise NotSentError(endpoint, reason)


def _decoded(endpoint: str, body: bytes) -> JsonObject:
    """Decode leniently: nicknames have been seen with raw control characters."""
    try:
        answer = json.loads(body.decode("utf-8", "replace"), strict=False)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise OutcomeUnknownError(endpoint, "no_json_object")
    return answer


def _errcode(endpoint: str, answer: JsonObject) -> int:
    code = answer.get("errcode", 0)
    if isinstance(code, bool) or not isinstance(code, int | str):
        raise OutcomeUnknownError(endpoint, "odd_errcode")
    try:
        return int(code)
    except ValueError:
        raise OutcomeUnknownError(endpoint, "odd_errcode") from None
