"""Put a lead's portrait together, and turn its codes into words for a card."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from domain.chat.wished import read_wished
from domain.facts import facts_of_lead
from domain.lead import Lead
from domain.messages import CardRow
from domain.portrait import (
    Part,
    PartKind,
    Portrait,
    Row,
    Sitter,
    behaviour_facts,
    card_rows,
    portray,
)
from handlers.actions.score import explain

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork


#: Codes whose words stand under a key of the texts.
_KEYED = {
    PartKind.STAGE: "stage",
    PartKind.STATUS: "status",
    PartKind.REASON: "reason_part",
}
#: Parts that say more about the part before them.
_BELONGING = frozenset({PartKind.POINTS, PartKind.MOMENT})


def portrait_of(work: UnitOfWork, ctx: Context, lead: Lead, *, may_see_phone: bool) -> Portrait:
    """Return what should be known of the lead now; the phone is masked unless allowed."""
    person = work.people.whole(lead.person_id)
    events = work.history_of(lead.person_id)
    facts = facts_of_lead(person, lead) | behaviour_facts(person, events, ctx.events)
    return portray(
        Sitter(person, lead, events),
        explain(work, ctx, lead),
        ctx.catalog.sop.next_for(facts),
        ctx.events,
        may_see_phone=may_see_phone,
    )


def called(portrait: Portrait, ctx: Context) -> str:
    """Return the name of the person, or the word for somebody without one."""
    return portrait.name or ctx.words.get("card.nameless")


def rows_of(portrait: Portrait, ctx: Context) -> tuple[CardRow, ...]:
    """Return the portrait's most telling rows, in words."""
    return tuple(
        CardRow(ctx.words.get(f"portrait.key.{row.code}"), _words(row, ctx))
        for row in card_rows(portrait)
    )


def advice_of(portrait: Portrait, ctx: Context) -> str:
    """Return the next step, in words."""
    step = ctx.words.get(f"next_step.{portrait.next_step.code}")
    return ctx.words.get("card.next_step", step=step)


def suggested_words(portrait: Portrait, ctx: Context) -> str:
    """Return what the rep could say next 话术."""
    words = ctx.words.get(f"words.{portrait.next_step.code}")
    return ctx.words.get("card.words", words=words)


def moment_words(moment: datetime, ctx: Context) -> str:
    """Return a moment as people read it, in the business zone."""
    local = moment.astimezone(ctx.zone)
    return ctx.words.get("time.moment", month=local.month, day=local.day, clock=f"{local:%H:%M}")


def day_words(moment: datetime, ctx: Context) -> str:
    """Return a day as people read it, in the business zone."""
    local = moment.astimezone(ctx.zone)
    return ctx.words.get("time.day", month=local.month, day=local.day)


def wished_words(value: str, ctx: Context) -> str:
    """Return a wished time as people read it; what somebody typed otherwise stays as it is."""
    wished = read_wished(value, ctx.zone)
    if wished is None:
        return value
    start, end, is_day = wished
    words = day_words if is_day else moment_words
    if end is None:
        return words(start, ctx)
    shares_day = not is_day and start.date() == end.date()
    until = f"{end:%H:%M}" if shares_day else words(end, ctx)
    return ctx.words.get("time.span", start=words(start, ctx), end=until)


def again_words(moment: datetime, now: datetime, ctx: Context) -> str:
    """Return when something comes again, short enough for the grey word of a button."""
    local, today = moment.astimezone(ctx.zone), now.astimezone(ctx.zone)
    key = "time.again" if local.date() == today.date() else "time.again_on"
    return ctx.words.get(key, day=local.day, clock=f"{local:%H:%M}")


def _words(row: Row, ctx: Context) -> str:
    """Put the parts of a row side by side; points and moments belong to the part before."""
    shown = ""
    for part in row.parts:
        word = _word(part, ctx)
        if shown and word:
            shown += " " if part.kind in _BELONGING else ctx.words.get("card.separator")
        shown += word
    return shown


def _word(part: Part, ctx: Context) -> str:
    if part.kind in _KEYED:
        return ctx.words.get(f"{_KEYED[part.kind]}.{part.value}")
    match part.kind, part.value:
        case PartKind.POINTS, float() as points:
            word = f"{points:+.0f}"
        case PartKind.NUMBER, float() as points:
            word = ctx.words.get("card.points", points=f"{points:.0f}")
        case PartKind.MOMENT, datetime() as moment:
            word = moment_words(moment, ctx)
        case PartKind.EVENT, code:
            word = ctx.events.label(str(code))
        case PartKind.WISHED, value:
            word = wished_words(str(value), ctx)
        case (PartKind.BUDGET | PartKind.AGE) as kind, value:
            word = ctx.words.get(f"card.{kind}", value=value)
        case PartKind.CHANNEL, code:
            word = ctx.catalog.channels.name_of(str(code))
        case _:
            word = str(part.value)
    return word
