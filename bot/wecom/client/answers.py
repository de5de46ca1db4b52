"""Reading JSON answers: tolerant of missing and odd fields, strict about the type handed on.

The platform adds, drops and retypes fields without notice (fact sheet 7); a
field that Clew can live without must not turn a success into a failure.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.wecom.errors import OutcomeUnknownError

#: A decoded JSON object as the platform sent it, without ``errcode`` and ``errmsg``.
JsonObject = dict[str, object]


def text_of(answer: Mapping[str, object], key: str) -> str:
    """Return a string field; numbers are written out, anything else is an empty string."""
    value = answer.get(key)
    if isinstance(value, bool):
        return ""
    if isinstance(value, int | float):
        return str(value)
    return value if isinstance(value, str) else ""


def number_of(answer: Mapping[str, object], key: str) -> int:
    """Return an integer field; digits in a string count, anything else is 0."""
    value = answer.get(key)
    if isinstance(value, int | float):
        return int(value)
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    return 0


def object_of(answer: Mapping[str, object], key: str) -> JsonObject:
    """Return a nested object, empty when missing."""
    value = answer.get(key)
    return value if isinstance(value, dict) else {}


def objects_of(answer: Mapping[str, object], key: str) -> list[JsonObject]:
    """Return a list of objects, leaving out whatever is not one."""
    value = answer.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def strings_of(answer: Mapping[str, object], key: str) -> tuple[str, ...]:
    """Return a list of strings; ``a|b`` counts as a list (message/send), null as none."""
    value = answer.get(key)
    if isinstance(value, str):
        return tuple(part for part in value.split("|") if part)
    if isinstance(value, list):
        return tuple(item for item in value if isinstance(item, str) and item)
    return ()


def required_text(answer: Mapping[str, object], key: str, endpoint: str) -> str:
    """Return a string field that the call was made for.

    Raises:
        OutcomeUnknownError: it is missing or empty in an answer that says success.
    """
    value = text_of(answer, key)
    if not value:
        raise OutcomeUnknownError(endpoint, f"answer_without_{key}")
    return value
