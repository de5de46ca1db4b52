"""What is told in chat of a segment: about how many, who for example, and whether to keep it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.buttons import Button, Verb
from domain.messages import Card, CardButton, CardRow, Endpoint, Push
from domain.values import Priority
from handlers.actions.show import name_of

if TYPE_CHECKING:
    from handlers.actions.segments.finding import Estimate
    from handlers.context import Context
    from storage.repositories.segments import SegmentRun
    from storage.unit_of_work import UnitOfWork

#: Version of a definition that is not kept yet.
DRAFT = 0
#: Words of the buttons of a draft.
SAVE, DROP = "+", "-"


def save_key(name: str, text: str) -> str:
    """Return the key of the button that keeps a draft."""
    return Button(Verb.SEGMENT, 0, f"{SAVE}{name}={text}").key


def tell_estimate(work: UnitOfWork, ctx: Context, run: SegmentRun, found: Estimate) -> None:
    """Show the estimate to who asked for it, once per run."""
    is_draft = run.version == DRAFT
    title = "segment.confirm_title" if is_draft else "segment.card_title"
    description = "segment.confirm" if is_draft else "segment.card_more"
    card = Card(
        title=ctx.words.get(title, name=run.name),
        description=ctx.words.get(description),
        task_id=f"segment-{run.id}",
        source=ctx.words.get("segment.card_source"),
        rows=_rows(work, ctx, run, found),
        buttons=_buttons(ctx, run) if is_draft else (),
        url=f"{ctx.accounts.public_url}/tags",
    )
    work.send(
        Push(
            endpoint=Endpoint.APP_MESSAGE,
            account=ctx.accounts.agent_id,
            receiver=run.asked_by,
            body=card,
            dedupe_key=f"card:{card.task_id}:{run.asked_by}",
            priority=Priority.CHAT,
        )
    )


def _rows(work: UnitOfWork, ctx: Context, run: SegmentRun, found: Estimate) -> tuple[CardRow, ...]:
    key = "segment.exactly" if found.is_exact else "segment.about"
    names = ctx.words.get("list.and").join(name_of(work, ctx, one) for one in found.examples)
    size = ctx.words.get(key, size=found.size, everybody=found.everybody)
    rows = [
        CardRow(ctx.words.get("segment.row_size"), size),
        CardRow(ctx.words.get("segment.row_when"), run.text),
    ]
    if names:
        rows.append(CardRow(ctx.words.get("segment.row_examples"), names))
    return tuple(rows)


def _buttons(ctx: Context, run: SegmentRun) -> tuple[CardButton, ...]:
    return (
        CardButton(ctx.words.get("segment.save"), save_key(run.name, run.text), 1),
        CardButton(ctx.words.get("segment.drop"), Button(Verb.SEGMENT, 0, DROP).key, 2),
    )
