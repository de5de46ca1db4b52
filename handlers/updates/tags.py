"""Corp tags of customers (fact sheet 2.5)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from handlers.updates.base import Update


class TagChange(StrEnum):
    """What happened to a tag or tag group."""

    CREATED = "create"
    CHANGED = "update"
    DELETED = "delete"
    #: New order; an empty id means the whole library.
    SHUFFLED = "shuffle"


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpTagChanged(Update):
    """A corp tag (or with ``is_group`` a tag group) changed in the console."""

    change: TagChange
    tag_id: str = ""
    is_group: bool = False
    strategy_id: str = ""
