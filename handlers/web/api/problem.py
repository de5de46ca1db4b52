"""What an API call is told when it is not carried out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec
from aiohttp import web

if TYPE_CHECKING:
    from handlers.ports import Words

HEADERS: Mapping[str, str] = MappingProxyType(
    {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
)


class FieldFault(msgspec.Struct, frozen=True):
    """What is wrong with one field: where (``leads[0].phone``), and what to do, in Chinese."""

    path: str
    code: str
    message: str


class ErrorBody(msgspec.Struct, frozen=True):
    """Why nothing was done, in Chinese, with a stable ``code`` for programs."""

    code: str
    message: str
    fields: Sequence[FieldFault] = ()


class ErrorAnswer(msgspec.Struct, frozen=True):
    """The body of every answer that is no success."""

    error: ErrorBody


@dataclass(eq=False)
class ApiProblem(Exception):  # noqa: N818 — a decision, not a defect
    """The call is not carried out; ``code`` is a key of ``api.problem`` in the texts."""

    status: HTTPStatus
    code: str
    values: Mapping[str, object] = field(default_factory=dict)
    fields: Sequence[FieldFault] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def answer(self, words: Words) -> web.Response:
        """Return the answer in words."""
        message = words.get(f"api.problem.{self.code}", **self.values)
        body = ErrorAnswer(ErrorBody(self.code, message, tuple(self.fields)))
        return json_answer(body, self.status, self.headers)


def json_answer(
    body: object, status: int = HTTPStatus.OK, headers: Mapping[str, str] = MappingProxyType({})
) -> web.Response:
    """Return a JSON answer that nobody keeps."""
    return web.Response(
        body=msgspec.json.encode(body),
        status=status,
        content_type="application/json",
        headers={**HEADERS, **headers},
    )
