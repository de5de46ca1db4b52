"""From parsed TOML to typed rows, with every problem found instead of the first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from enum import Enum
from types import UnionType
from typing import TypeVar, cast, get_args, get_origin

import msgspec

from config.problems import Problem

Row = TypeVar("Row", bound=msgspec.Struct)

#: A code of ours, as rows raise it.
_CODE = re.compile(r"[a-z]+(_[a-z]+)+")
_EXPECTED = re.compile(r"Expected `(?P<wanted>[^`]+)`(?P<bound> [^,-]*)?(, got `(?P<got>[^`]+)`)?")


def decode(value: object, kind: type[Row], place: str) -> Row | list[Problem]:
    """Return ``value`` as a ``kind``, or everything that keeps it from being one."""
    problems = list(_problems_of_struct(value, kind, place, ""))
    return problems or msgspec.convert(value, kind)


def hint(word: str, known: Iterator[str] | frozenset[str]) -> str:
    """Return the known word that is most like ``word``, or ``""``."""
    return next(iter(get_close_matches(word, sorted(known), n=1)), "")


def _problems_of_struct(
    value: object, kind: type[msgspec.Struct], place: str, path: str
) -> Iterator[Problem]:
    if not isinstance(value, Mapping):
        yield Problem(place, "not_a_table", path)
        return
    found = [*_problems_of_fields(value, kind, place, path)]
    # A row checks itself only when its fields are right: __post_init__ relies on them.
    yield from found or _problems_of_leaf(value, kind, place, path)


def _problems_of_fields(
    value: Mapping[str, object], kind: type[msgspec.Struct], place: str, path: str
) -> Iterator[Problem]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for name, field in fields.items():
        where = f"{path}.{name}".lstrip(".")
        if name in value:
            yield from _problems_of(value[name], field.type, place, where)
        elif field.required:
            yield Problem(place, "key_missing", where)
    for name in value.keys() - fields.keys():
        nearest = hint(name, frozenset(fields))
        where = f"{path}.{name}".lstrip(".")
        code = "key_misspelt" if nearest else "key_unknown"
        known = ", ".join(fields)
        yield Problem(place, code, where, {"hint": nearest, "known": known})


def _problems_of(value: object, kind: object, place: str, path: str) -> Iterator[Problem]:
    kind = _without_none(kind)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield from _problems_of_struct(value, kind, place, path)
    elif get_origin(kind) is list and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _problems_of(item, get_args(kind)[0], place, f"{path}[{index}]")
    elif get_origin(kind) is dict and isinstance(value, dict):
        key_kind, item_kind = get_args(kind)
        for key, item in value.items():
            yield from _problems_of_leaf(key, key_kind, place, f"{path}.{key}")
            yield from _problems_of(item, item_kind, place, f"{path}.{key}")
    else:
        yield from _problems_of_leaf(value, kind, place, path)


def _without_none(kind: object) -> object:
    """Return the one kind of something that may be left out; TOML knows no null."""
    kinds = [one for one in get_args(kind) if one is not type(None)]
    is_optional = isinstance(kind, UnionType) and len(kinds) == 1
    return kinds[0] if is_optional else kind


def _problems_of_leaf(value: object, kind: object, place: str, path: str) -> Iterator[Problem]:
    try:
        msgspec.convert(value, cast("type[object]", kind))
    except msgspec.ValidationError as error:
        yield _in_our_words(str(error), kind, place, path)


def _in_our_words(message: str, kind: object, place: str, path: str) -> Problem:
    """Sort msgspec's English message into one of our codes; keep it where none fits.

    What a row raises in ``__post_init__`` is a code already.
    """
    if isinstance(kind, type) and issubclass(kind, Enum):
        choices = ", ".join(str(choice.value) for choice in kind)
        return Problem(place, "not_a_choice", path, {"choices": choices})
    if _CODE.fullmatch(message):
        return Problem(place, message, path)
    found = _EXPECTED.match(message)
    if found is None:
        return Problem(place, "not_valid", path, {"reason": message})
    if found["got"] is None:
        bound = (found["bound"] or "").strip() or found["wanted"]
        return Problem(place, "out_of_bounds", path, {"bound": bound})
    return Problem(place, "wrong_type", path, {"wanted": found["wanted"], "got": found["got"]})
