"""What is shown of tags: the card of a person, the list of definitions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from domain.buttons import Button, Verb
from domain.lead import Lead
from domain.messages import Card, CardButton, CardRow
from domain.portrait import CARD_ROWS
from domain.tags.spec import TagSpec, Theme
from domain.tags.tagging import Tagging, TagSource, TagValue
from handlers.actions.show import name_of

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

#: Buttons of a card (fact sheet 3.2).
_MOST_BUTTONS = 6
_PRIMARY, _PLAIN = 1, 2
#: Before the name of a tag in the word of a button.
PUT, TAKE = "+", "-"


def value_words(ctx: Context, value: TagValue, unit: str = "") -> str:
    """Return a value as people read it: at most two decimals, lists with the list's comma."""
    if isinstance(value, bool):
        return ctx.words.get("tag.yes" if value else "tag.no")
    if isinstance(value, tuple):
        return ctx.words.get("list.and").join(value)
    if isinstance(value, str):
        return value
    return f"{value:.2f}".rstrip("0").rstrip(".") + unit


def tag_words(ctx: Context, tagging: Tagging) -> str:
    """Return one tag as a word: its name, and its value where it has one."""
    if tagging.value is True:
        return tagging.name
    spec = ctx.tags.book.specs.get(tagging.name)
    words = value_words(ctx, tagging.value, spec.unit if spec else "")
    return ctx.words.get("tag.valued", name=tagging.name, value=words)


def tag_card(work: UnitOfWork, ctx: Context, lead: Lead, cause: str) -> Card:
    """Return a person's tags as a card: a row per theme, a button per tag that is put by hand."""
    has = work.tags_of(lead.person_id)
    name = name_of(work, ctx, lead.person_id)
    by_hand = [t for t in has.values() if t.source is not TagSource.RULE]
    rows = [
        CardRow(ctx.words.get(f"tag.theme.{theme}"), _joined(ctx, shown))
        for theme, shown in _by_theme(ctx, has).items()
    ]
    if by_hand:
        rows.insert(0, CardRow(ctx.words.get("tag.by_hand"), _joined(ctx, by_hand)))
    key = "tag.card_count" if has else "tag.card_none"
    return Card(
        title=ctx.words.get("tag.card_title", name=name),
        description=ctx.words.get(key, count=len(has)),
        task_id=f"tags-{lead.id}-{cause}",
        source=ctx.words.get("tag.card_source"),
        rows=tuple(rows[:CARD_ROWS]),
        advice=ctx.words.get("tag.card_advice", name=name),
        buttons=_buttons(ctx, lead, by_hand),
        url=f"{ctx.accounts.public_url}/leads/{lead.id}",
    )


def definition_lines(ctx: Context) -> str:
    """Return every definition as a line, under the heading of its theme."""
    parts = []
    for theme, specs in ctx.tags.book.themed().items():
        lines = "\n".join(_definition_line(ctx, spec) for spec in specs)
        heading = ctx.words.get(f"tag.theme.{theme}")
        parts.append(ctx.words.get("tag.themed", theme=heading, lines=lines))
    return "\n\n".join(parts)


def definition_words(ctx: Context, spec: TagSpec) -> str:
    """Return a definition in full: kind, when it is computed, the formula or the layers."""
    if spec.formulas[0].word:
        lines = [
            ctx.words.get("tag.layer", word=formula.word, text=formula.text)
            for formula in spec.formulas
        ]
        if spec.otherwise:
            lines.append(ctx.words.get("tag.layer_else", word=spec.otherwise))
    else:
        lines = [spec.formulas[0].text]
    return ctx.words.get(
        "tag.definition",
        name=spec.name,
        kind=ctx.words.get(f"tag.kind.{spec.kind}"),
        refresh=ctx.words.get(f"tag.refresh.{spec.refresh}"),
        version=spec.version,
        note=f"\n{spec.note}" if spec.note else "",
        formula="\n".join(lines),
    )


def _definition_line(ctx: Context, spec: TagSpec) -> str:
    return ctx.words.get(
        "tag.line",
        name=spec.name,
        kind=ctx.words.get(f"tag.kind.{spec.kind}"),
        note=spec.note or spec.formulas[0].text,
    )


def _by_theme(ctx: Context, has: Mapping[str, Tagging]) -> dict[Theme, list[Tagging]]:
    return {
        theme: found
        for theme, specs in ctx.tags.book.themed().items()
        if (found := [has[spec.name] for spec in specs if spec.name in has])
    }


def _joined(ctx: Context, taggings: Iterable[Tagging]) -> str:
    return ctx.words.get("card.separator").join(tag_words(ctx, tagging) for tagging in taggings)


def _buttons(ctx: Context, lead: Lead, by_hand: list[Tagging]) -> tuple[CardButton, ...]:
    """Return what may be put on or taken off with one tap: the offered tags first."""
    there = [tagging.name for tagging in by_hand]
    offered = ctx.tags.book.by_hand
    names = list(dict.fromkeys([*offered, *there]))[:_MOST_BUTTONS]
    return tuple(_button(ctx, lead, name, is_there=name in there) for name in names)


def _button(ctx: Context, lead: Lead, name: str, *, is_there: bool) -> CardButton:
    sign, key = (TAKE, "tag.take") if is_there else (PUT, "tag.put")
    return CardButton(
        ctx.words.get(key, name=name),
        Button(Verb.TAG, lead.id, f"{sign}{name}").key,
        _PRIMARY if is_there else _PLAIN,
    )
