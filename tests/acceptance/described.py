"""Answers beside the OpenAPI document: status known, body of the described shape."""

from __future__ import annotations

import re
from typing import Any

import jsonschema_rs
import pytest

from handlers.web.api.openapi import document
from handlers.web.api.operations import OPERATIONS

_DOCUMENT = document(OPERATIONS, "https://clew.example")


def check_answer(method: str, target: str, status: int, body: Any) -> None:
    """Compare an answer with what the document says of its route; a route of no API is free."""
    if not target.startswith("/api/"):
        return
    responses = _operation(method, target.partition("?")[0])["responses"]
    assert str(status) in responses, f"{method} {target} answers {status}, undescribed"
    content = responses[str(status)].get("content", {}).get("application/json")
    if content is None:
        assert body is None, f"{method} {target} has a body, undescribed"
        return
    schema = {**content["schema"], "components": _DOCUMENT["components"]}
    jsonschema_rs.validator_for(schema).validate(body)


def _operation(method: str, path: str) -> Any:
    for template, entry in _DOCUMENT["paths"].items():
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path) and method.lower() in entry:
            return entry[method.lower()]
    return pytest.fail(f"{method} {path} is not in the document")
