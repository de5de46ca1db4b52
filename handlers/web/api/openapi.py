"""The OpenAPI document, made of the schemas and routes that the API really has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiohttp import web

from domain.access import Scope
from handlers.web.api.gate import KEY, NONCE, SIGNATURE, TIMESTAMP
from handlers.web.api.leads import IDEMPOTENCY
from handlers.web.api.problem import ErrorAnswer, json_answer

_REF = "#/components/schemas/{name}"
_SIGNED = {
    KEY: "the key, ck_…",
    TIMESTAMP: "seconds since 1970",
    NONCE: "new for every request",
    SIGNATURE: "HMAC-SHA256, hexadecimal",
}
_ANY_PART = {"type": "string", "minLength": 1}
#: Statuses that any signed call may get.
_ANYWHERE = (400, 401, 403, 408, 413, 429, 500, 503)


@dataclass(frozen=True, slots=True)
class Query:
    """A number that may stand in the query."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One route as it is described.

    ``answer`` None is an answer without JSON: a file of one of the types ``media``, or nothing.
    ``parts`` are schemas of variable parts of the path; others are texts.
    """

    method: str
    path: str
    summary: str
    scope: Scope | None
    answer: type[msgspec.Struct] | None
    takes: type[msgspec.Struct] | None = None
    status: int = 200
    is_write: bool = False
    refusals: Sequence[int] = ()
    parts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    query: Sequence[Query] = ()
    media: Sequence[str] = ()

    def described(self, components: Mapping[type, Mapping[str, Any]]) -> dict[str, Any]:
        """Return the operation object."""
        found: dict[str, Any] = {
            "operationId": f"{self.method.lower()}{self.path.replace('/', '_')}".translate(
                str.maketrans("", "", "{}.")
            ),
            "summary": self.summary,
            "security": [{name: [] for name in _SIGNED}],
            "parameters": list(self._parameters()),
            "responses": {
                str(self.status): self._done(components),
                **{
                    str(status): _body("refused", components[ErrorAnswer])
                    for status in sorted({*_ANYWHERE, *self.refusals})
                },
            },
        }
        if self.scope is not None:
            found["description"] = f"Needs the scope `{self.scope}`."
        if self.takes is not None:
            found["requestBody"] = {"required": True, **_content(components[self.takes])}
        return found

    def _done(self, components: Mapping[type, Mapping[str, Any]]) -> dict[str, Any]:
        if self.answer is not None:
            return _body("done", components[self.answer])
        content = {media: {"schema": {"contentMediaType": media}} for media in self.media}
        return {"description": "done", "content": content} if content else {"description": "done"}

    def _parameters(self) -> Iterable[dict[str, Any]]:
        for part in self.path.split("/"):
            if part.startswith("{"):
                name = part.strip("{}")
                yield _parameter(name, "path", self.parts.get(name, _ANY_PART))
        for query in self.query:
            schema = {"type": "string", "pattern": "^[0-9]{1,18}$", "description": query.words}
            yield {**_parameter(query.name, "query", schema), "required": False}
        if self.is_write:
            schema = {"type": "string", "pattern": r"^[\x21-\x7e]{1,128}$"}
            yield _parameter(IDEMPOTENCY, "header", schema)


def document(operations: Iterable[Operation], address: str) -> dict[str, Any]:
    """Return the whole document for a service at ``address``."""
    operations = list(operations)
    types: list[type[msgspec.Struct]] = [ErrorAnswer]
    for operation in operations:
        types += [kind for kind in (operation.answer, operation.takes) if kind is not None]
    ordered = sorted(dict.fromkeys(types), key=_name)
    schemas, components = msgspec.json.schema_components(ordered, ref_template=_REF)
    by_type: dict[type, dict[str, Any]] = dict(zip(ordered, schemas, strict=True))
    paths: dict[str, Any] = {}
    for operation in operations:
        entry = paths.setdefault(operation.path, {})
        entry[operation.method.lower()] = operation.described(by_type)
    security = {
        name: {"type": "apiKey", "in": "header", "name": name, "description": words}
        for name, words in _SIGNED.items()
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Clew", "version": "1"},
        "servers": [{"url": address}],
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": security},
    }


@dataclass(frozen=True, slots=True)
class Description:
    """Serves the document to everybody: it holds no secret."""

    body: Mapping[str, Any]

    async def show(self, request: web.Request) -> web.Response:
        """Return the document."""
        del request
        return json_answer(self.body)


def _name(kind: type) -> str:
    return kind.__name__


def _parameter(name: str, place: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": place, "required": True, "schema": schema}


def _body(words: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": words, **_content(schema)}


def _content(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}
