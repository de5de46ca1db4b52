"""Reads a JSON document by a schema and names everything that is wrong with it, in Chinese.

``msgspec`` stops at the first fault; a partner who repairs a form wants them all,
so structures are read field by field here.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_args, get_origin

import msgspec

from handlers.web.api.problem import ApiProblem, FieldFault

if TYPE_CHECKING:
    from handlers.ports import Words

Schema = TypeVar("Schema", bound=msgspec.Struct)

#: Faults named in one answer; more would help nobody.
MOST_FAULTS = 100
_PLACE = re.compile(r" - at `(?:key in )?\$?(.*)`$")
_EXPECTED = re.compile(r"Expected `([^`]+)`, got `([^`]+)`")
_LENGTH = re.compile(r"Expected `(?:str|array|object)` of length (<=|>=) (\d+)")
_TYPES = {"str", "int", "float", "bool", "array", "object", "datetime", "null"}


@dataclass(slots=True)
class Faults:
    """What is wrong with a document."""

    words: Words
    found: list[FieldFault] = field(default_factory=list)

    def add(self, path: str, code: str, **values: object) -> None:
        """Note a fault; ``code`` is a key of ``api.fault`` in the texts."""
        if len(self.found) < MOST_FAULTS:
            message = self.words.get(f"api.fault.{code}", **values)
            self.found.append(FieldFault(path, code, message))

    def said(self, path: str, code: str, message: str) -> None:
        """Note a fault that has its words already."""
        if len(self.found) < MOST_FAULTS:
            self.found.append(FieldFault(path, code, message))


def read_json(body: bytes) -> object:
    """Return the JSON document of a body.

    Raises:
        ApiProblem: it is none, or too deep; the place is named.
    """
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        found = re.search(r"byte (\d+)", str(error))
        place = found[1] if found else str(len(body))
        raise ApiProblem(HTTPStatus.BAD_REQUEST, "not_json", {"byte": place}) from None


def read_struct(document: object, schema: type[Schema], path: str, faults: Faults) -> Schema | None:
    """Return ``document`` as a value of ``schema``, or None when ``faults`` got something."""
    if not isinstance(document, Mapping):
        faults.add(path or "$", "wrong_type", wanted=_word("object", faults), got="")
        return None
    before = len(faults.found)
    fields = {f.encode_name: f for f in msgspec.structs.fields(schema)}
    for name in document:
        if name not in fields:
            _unknown(_join(path, str(name)), str(name), fields, faults)
    values: dict[str, Any] = {}
    for name, spec in fields.items():
        if name in document:
            values[spec.name] = _value(document[name], spec.type, _join(path, name), faults)
        elif spec.required:
            faults.add(_join(path, name), "missing")
    return schema(**values) if len(faults.found) == before else None


def _value(raw: object, kind: Any, path: str, faults: Faults) -> object:  # noqa: ANN401 — any type
    inner = _struct_in(kind)
    if inner is not None and isinstance(raw, list):
        if not _fits_length(raw, kind, path, faults):
            return None
        return [read_struct(one, inner, f"{path}[{n}]", faults) for n, one in enumerate(raw)]
    try:
        return cast("object", msgspec.convert(raw, kind))
    except msgspec.ValidationError as error:
        _explain(str(error), path, faults)
        return None


def _struct_in(kind: Any) -> type[msgspec.Struct] | None:  # noqa: ANN401 — any type
    """Return the structure that a list holds, or None for any other type."""
    while get_origin(kind) is not list and hasattr(kind, "__metadata__"):
        kind = kind.__origin__
    if get_origin(kind) is not list:
        return None
    (inner,) = get_args(kind)
    return inner if isinstance(inner, type) and issubclass(inner, msgspec.Struct) else None


def _fits_length(raw: Sequence[object], kind: Any, path: str, faults: Faults) -> bool:  # noqa: ANN401
    for meta in getattr(kind, "__metadata__", ()):
        if meta.max_length is not None and len(raw) > meta.max_length:
            faults.add(path, "too_many", most=meta.max_length)
            return False
        if meta.min_length is not None and len(raw) < meta.min_length:
            faults.add(path, "too_few", least=meta.min_length)
            return False
    return True


def _unknown(path: str, name: str, known: Mapping[str, object], faults: Faults) -> None:
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        faults.add(path[:200], "unknown_field_near", near=near[0])
    else:
        faults.add(path[:200], "unknown_field", known="、".join(known))


def _explain(message: str, path: str, faults: Faults) -> None:
    place = _PLACE.search(message)
    where = path + (place[1] if place else "")
    if found := _LENGTH.search(message):
        faults.add(where, "too_long" if found[1] == "<=" else "too_short", number=found[2])
    elif "datetime" in message or "RFC3339" in message:
        faults.add(where, "bad_time")
    elif found := _EXPECTED.search(message):
        wanted, got = (_word(part, faults) for part in found.groups())
        faults.add(where, "wrong_type", wanted=wanted, got=got)
    else:
        faults.add(where, "form")


def _word(types: str, faults: Faults) -> str:
    parts = [part.strip() for part in types.split("|")]
    words = [faults.words.get(f"api.type.{part}") for part in parts if part in _TYPES]
    return faults.words.get("list.or").join(dict.fromkeys(words)) or types


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
