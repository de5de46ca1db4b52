"""One PostgreSQL statement for many rows of arguments, made of the statement for one row.

A statement per row costs the server a start and an end of its executor each time;
one statement over ``unnest`` of a column of values per argument costs them once
(decision record 19).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from storage.errors import StorageError

_PLACEHOLDER = re.compile(r"\$(\d+)")
_INSERT = re.compile(r"\A\s*(insert into .*?)\bvalues\s*\(([^()]*)\)(.*)\Z", re.DOTALL)
_UPDATE = re.compile(r"\A\s*(update .*?)\b(where\b.*)\Z", re.DOTALL)


def over_rows(sql: str, types: Sequence[str]) -> str:
    """Return ``sql`` for arrays of arguments; ``types`` are those of its placeholders, in order.

    Raises:
        StorageError: it is neither ``insert … values (…)`` without brackets among
            the values, nor ``update … where …``.
    """
    columns = ", ".join(f"c{n}" for n, _ in enumerate(types, 1))
    arrays = ", ".join(f"${n}::{name}[]" for n, name in enumerate(types, 1))
    source = f"from unnest({arrays}) as given ({columns})"
    text = _PLACEHOLDER.sub(r"given.c\1", sql)
    if found := _INSERT.match(text):
        into, values, rest = found.groups()
        return f"{into}select {values} {source}{rest}"
    if found := _UPDATE.match(text):
        change, where = found.groups()
        return f"{change}{source} {where}"
    problem = f"no set can be made of the statement {sql.strip()[:40]!r}"
    raise StorageError(problem)
