"""The commands of reps and managers, one function each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from domain.chat.command import Command, CommandName
from domain.chat.follow_up import read_follow_up
from domain.reports.period import period_of
from domain.values import Role, UserId
from handlers.actions.asked import Asked, reply
from handlers.actions.entry_points import refresh_entries_of
from handlers.actions.follow_up import follow_up, remind_by_words
from handlers.actions.import_link import LIFE, import_link
from handlers.actions.look_up import Missed, find_lead, lead_line
from handlers.actions.portray import moment_words
from handlers.actions.reports import funnel_report
from handlers.actions.show import show_portrait
from handlers.chat import dedup_commands
from handlers.chat.alias_commands import aliases
from handlers.chat.channel_commands import show_channels
from handlers.chat.isolation_commands import restore_lead, restore_named, show_isolated
from handlers.chat.kind_commands import events
from handlers.chat.list_commands import listed
from handlers.chat.rules import rules
from handlers.chat.scores import show_score
from handlers.chat.segment_commands import run_segment
from handlers.chat.tag_commands import run_tag
from storage.queries import find
from storage.queries.funnel import Period, funnel_rows

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.repositories.organisation import Employee
    from storage.unit_of_work import UnitOfWork


#: Roles that may pause and resume others.
_RULE_OTHERS = frozenset({Role.MANAGER, Role.ADMIN})

Run = Callable[[Command, Asked, "UnitOfWork", "Context"], Awaitable[None]]


def _say(asked: Asked, work: UnitOfWork, ctx: Context, key: str, **values: object) -> None:
    reply(asked, work, ctx, ctx.words.get(key, **values))


async def show_help(command: Command, asked: Asked, work: UnitOfWork, ctx: Context) -> None:
    """List what the employee may ask for."""
    del command
    open_to = [
        entry
        for entry in ctx.catalog.commands.open_to(asked.actor.roles)
        if any(name.value == entry.name for name in COMMANDS)
    ]
    lines = "\n".join(
        ctx.words.get("command.help_line", usage=entry.usage, summary=entry.summary)
        for entry in open_to
    )
    _say(asked, work, ctx, "command.help", lines=lines)


async def show_lead(command: Command, asked: Asked, work: UnitOfWork, ctx: Context) -> None:
    """Show the portrait card of a lead; one that is somebody else's shows who has it."""
    found = await find_lead(work, ctx, asked.actor, command.arguments.lead)
    if isinstance(found, Missed):
        reply(asked, work, ctx, found.text)
        return
    await show_portrait(work, ctx, found, asked.userid, cause=asked.cause)


async def show_funnel(command: Command, asked: Asked, work: UnitOfWork, ctx: Context) -> None:
    """Count the leads listed in a period, step by step, and by channel."""
    start, end = period_of(command.arguments.period or "this_month", work.now, ctx.zone)
    rows = await funnel_rows(work.tx, Period(start, end), ctx.events.interactions())
    reply(asked, work, ctx, funnel_report(ctx, start, rows))


async def show_mine(command: Command, asked: Asked, work: UnitOfWork, ctx: Context) -> None:
    """List the leads that the rep follows, the best first."""
    del command
    found = await find.of_owner(work.tx, asked.userid)
    if not found:
        _say(asked, work, ctx, "mine.none")
        return
    lines = "\n".join(lead_line(hit, ctx) for hit in found[: find.MOST])
    _say(asked, work, ctx, "mine.shown", lines=lines + _more(len(found), ctx))


def _more(count: int, ctx: Context) -> str:
    return "\n" + ctx.words.get("list.more") if count > find.MOST else ""


async def show_todo(command: Command, asked: Asked, work: UnitOfWork, ctx: Context) -> None:
    """List what the rep is to do: reminders that are due next, soonest first."""
    del command
    pending = await work.follow_ups.pending_of(asked.userid)
    if not pending:
        _say(asked, work, ctx, "todo.none")
        return
    lines = "\n".join(
        ctx.words.get("reminder.line", moment=moment_words(r.due_at, ctx), text=r.text)
        for r in pending[: find.MOST]
    )
    _say(asked, work, ctx, "todo.shown", lines=lines + _more(len(pending), ctx))


async def set_reminder(command: Command, asked: Asked, work: UnitOfWork, ctx: Context) -> None:
    """Set a reminder from a plain sentence."""
    await remind_by_words(work, ctx, asked, command.arguments.lead)


async def take_note(command: Command, asked: Asked, work: UnitOfWork, ctx: Context) -> None:
    """Take in what a rep says about a lead, with or without the word 跟进 before it."""
    said = read_follow_up(asked.text, asked.at, ctx.zone)
    if command.arguments.lead and not said.lead:
        said = replace(said, lead=command.arguments.lead)
    await follow_up(work, ctx, asked, said)


async def pause(command: Command, asked: Asked, work: UnitOfWork, ctx: Context) -> None:
    """Give a rep no new leads for now; managers may name somebody else."""
    await _set_paused(command, asked, work, ctx, is_paused=True)


async def resume(command: Command, asked: Asked, work: UnitOfWork, ctx: Context) -> None:
    """Give a rep new leads again."""
    await _set_paused(command, asked, work, ctx, is_paused=False)


async def _set_paused(
    command: Command, asked: Asked, work: UnitOfWork, ctx: Context, *, is_paused: bool
) -> None:
    wanted = command.arguments.rep or asked.userid
    named = await _named(work, wanted)
    rules_others = bool(asked.actor.roles & _RULE_OTHERS)
    found = {u: e for u, e in named.items() if rules_others or u == asked.userid}
    if not named and not is_paused and _may_restore(asked, ctx):
        await restore_named(wanted, asked, work, ctx)
    elif not found:
        key = "command.not_allowed" if named else "rep.unknown"
        _say(asked, work, ctx, key, rep=wanted)
    elif len(found) > 1:
        userids = ctx.words.get("list.and").join(found)
        _say(asked, work, ctx, "rep.several", rep=wanted, userids=userids)
    else:
        [(userid, employee)] = found.items()
        await work.organisation.put_employee(replace(employee, is_paused=is_paused), work.now)
        await refresh_entries_of(work, ctx, userid)
        key = "rep.paused" if is_paused else "rep.resumed"
        _say(asked, work, ctx, key, rep=employee.name or userid)


def _may_restore(asked: Asked, ctx: Context) -> bool:
    """Tell whether 恢复 may also mean a lead: to who may restore one."""
    entry = ctx.catalog.commands.named(CommandName.RESTORE.value)
    return entry is not None and entry.is_open_to(asked.actor.roles)


async def _named(work: UnitOfWork, wanted: str) -> dict[UserId, Employee]:
    """Return the employee of a userid, else everybody of that name, by userid."""
    exact = await work.organisation.employee(wanted)
    everyone = (exact,) if exact else await work.organisation.employees()
    return {e.userid: e for e in everyone if exact or e.name == wanted}


async def send_import_link(command: Command, asked: Asked, work: UnitOfWork, ctx: Context) -> None:
    """Answer with the link under which a file is handed in."""
    del command
    link = import_link(work, ctx, asked.userid)
    minutes = int(LIFE.total_seconds() // 60)
    _say(asked, work, ctx, "import.page.link", link=link, minutes=minutes)


COMMANDS: Mapping[CommandName, Run] = {
    CommandName.HELP: show_help,
    CommandName.LEAD: show_lead,
    CommandName.PORTRAIT: show_lead,
    CommandName.SCORE: show_score,
    CommandName.FUNNEL: show_funnel,
    CommandName.CHANNEL: show_channels,
    CommandName.MINE: show_mine,
    CommandName.TODO: show_todo,
    CommandName.REMIND: set_reminder,
    CommandName.FOLLOW: take_note,
    CommandName.PAUSE: pause,
    CommandName.RESUME: resume,
    CommandName.LOOK_UP: dedup_commands.look_up,
    CommandName.REGISTER: dedup_commands.register_lead,
    CommandName.REVIEW: dedup_commands.review,
    CommandName.UNMERGE: dedup_commands.undo_merge,
    CommandName.ALIAS: aliases,
    CommandName.ISOLATED: show_isolated,
    CommandName.RESTORE: restore_lead,
    CommandName.LISTED: listed,
    CommandName.TAG: run_tag,
    CommandName.SEGMENT: run_segment,
    CommandName.RULES: rules,
    CommandName.EVENTS: events,
    CommandName.IMPORT: send_import_link,
}
