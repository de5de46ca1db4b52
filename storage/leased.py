"""Finishing rows of several leases with one statement."""

from __future__ import annotations

from storage.protocols import Dialect


def key_of(row_id: int, lease_token: str) -> str:
    """Return the key, in the JSON of :func:`told`, of a row as somebody holds it.

    The letter keeps SQLite from taking it for the number of an item.
    """
    return f"r{row_id}:{lease_token}"


def told(dialect: Dialect) -> str:
    """Return SQL for what the JSON object in $2 holds of a row by :func:`key_of`.

    It is null for a row that was taken over: that has another token.
    """
    json = "$2::jsonb" if dialect is Dialect.POSTGRES else "$2"
    return f"({json} -> ('r' || id || ':' || lease_token))"
