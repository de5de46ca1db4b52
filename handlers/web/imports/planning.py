"""From what somebody chose on the page to a plan, and what the page offers at first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.intake.headings import guess_mapping
from domain.intake.id_list import LISTABLE, SOURCE, IdList
from domain.intake.mapping import FileMapping
from domain.values import IdentityKind, Refusal
from handlers.actions.tags.by_hand import free_name
from handlers.files.plan import Plan

if TYPE_CHECKING:
    from handlers.context import Context
    from handlers.web.imports.receiving import Preview

KEYS = ("phone", "wechat", "email", "name", "uid", "channel", "at")
#: What a row can be recognised by.
_IDENTITIES = frozenset({"phone", "wechat", "email", "uid"})
#: An attribute under the heading's own name.
KEEP = "keep"
_MOST_NAME = 32


@dataclass(frozen=True, slots=True)
class Unplanned:
    """The choice does not do; ``code`` is a key of ``import.page`` in the texts."""

    code: str
    detail: str = ""


def labels_of(ctx: Context, names: Sequence[str]) -> dict[str, str]:
    """Return attributes that a column may be, with their words."""
    return {name: ctx.words.get(f"field.{name}") for name in names}


def first_choice(preview: Preview, labels: Mapping[str, str]) -> dict[str, str]:
    """Return column → meaning as the headings suggest it."""
    return guess_mapping(preview.header, labels, "file").meanings()


def leads_plan(
    preview: Preview, form: Mapping[str, str], labels: Mapping[str, str]
) -> Plan | Unplanned:
    """Return how to take the rows in as leads."""
    source = form.get("source", "").strip() or "file"
    if not SOURCE.fullmatch(source):
        return Unplanned("bad_source")
    keys: dict[str, str] = {}
    attributes: dict[str, str] = {}
    for number, column in enumerate(preview.header):
        meaning = form.get(f"c{number}", "")
        if not meaning or not column:
            continue
        target = keys if meaning in KEYS else attributes
        name = column[:_MOST_NAME] if meaning == KEEP else meaning
        if meaning not in {*KEYS, KEEP, *labels}:
            return Unplanned("bad_meaning", column)
        if name in target:
            return Unplanned("meaning_twice", column)
        target[name] = column
    if not keys.keys() & _IDENTITIES:
        return Unplanned("no_identity")
    return Plan(leads=FileMapping.of(source, keys, attributes))


def tags_plan(ctx: Context, preview: Preview, form: Mapping[str, str]) -> Plan | Unplanned:
    """Return how to tag everybody of a column."""
    tag = free_name(ctx, form.get("tag", ""))
    if isinstance(tag, Refusal):
        return Unplanned("bad_tag", ctx.words.get(f"refusals.{tag.code}", detail=tag.detail))
    source = form.get("source", "").strip() or "file"
    if not SOURCE.fullmatch(source):
        return Unplanned("bad_source")
    column, kind = form.get("column", ""), form.get("kind", "")
    if column not in preview.header or kind not in {one.value for one in LISTABLE}:
        return Unplanned("no_identity")
    return Plan(tags=IdList(column, IdentityKind(kind), tag, source))
