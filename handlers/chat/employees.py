"""What employees write to Clew: commands, plain sentences about leads, menu taps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.chat.command import Command, CommandName, read_command
from domain.chat.follow_up import read_follow_up
from domain.messages import Fetch, FetchKind
from handlers.actions.asked import Asked, cause_of, reply
from handlers.actions.roles import actor_of, newcomer
from handlers.chat.commands import COMMANDS
from handlers.routing import Router
from handlers.updates.employee import EmployeeMessage, MenuClicked
from storage.moments import to_micros

if TYPE_CHECKING:
    from handlers.context import Context
    from handlers.updates.employee import FromEmployee
    from storage.unit_of_work import UnitOfWork

router = Router("employees")


@router.on(EmployeeMessage)
async def employee_wrote(update: EmployeeMessage, work: UnitOfWork, ctx: Context) -> None:
    """Carry out a command, else take in what is said about a lead, else offer help."""
    asked = await _asked(update, update.text, work)
    if not asked.text.strip():
        reply(asked, work, ctx, ctx.words.get("chat.only_text"))
        return
    command = read_command(asked.text)
    if command is None and not read_follow_up(asked.text, asked.at, ctx.zone).is_empty:
        command = Command(CommandName.FOLLOW)
    await _carry_out(command, asked, work, ctx)


@router.on(MenuClicked)
async def menu_clicked(update: MenuClicked, work: UnitOfWork, ctx: Context) -> None:
    """Carry out the command that the menu entry stands for."""
    asked = await _asked(update, update.key, work)
    await _carry_out(read_command(update.key), asked, work, ctx)


async def _asked(update: FromEmployee, text: str, work: UnitOfWork) -> Asked:
    await _make_known(update, work)
    actor = await actor_of(work, update.userid)
    return Asked(actor, actor.userid or update.userid, text, update.at, cause_of(update))


async def _make_known(update: FromEmployee, work: UnitOfWork) -> None:
    """Take in an employee who writes before anybody told us of them: the app shows them to us."""
    if await work.organisation.employee(update.userid) is None:
        await work.organisation.put_employee(newcomer(update.userid), work.now)
        work.ask(Fetch(FetchKind.EMPLOYEE, update.userid, "", to_micros(update.at)))


async def _carry_out(command: Command | None, asked: Asked, work: UnitOfWork, ctx: Context) -> None:
    """Carry the command out if it is offered and open to the employee; keep how it ended."""
    if command is None:
        reply(asked, work, ctx, ctx.words.get("chat.not_understood"))
        return
    entry = ctx.catalog.commands.named(command.name.value)
    run = COMMANDS.get(command.name)
    if entry is None or run is None:
        result = "not_offered"
        reply(asked, work, ctx, ctx.words.get("command.not_offered"))
    elif not entry.is_open_to(asked.actor.roles):
        result = "refused"
        reply(asked, work, ctx, ctx.words.get("command.not_allowed"))
    else:
        result = "done"
        await run(command, asked, work, ctx)
    if result != "done":
        work.refused("command", result)
    await work.records.commanded(
        asked.userid,
        command.name.value,
        result,
        dedupe_key=f"command:{asked.cause}",
        at=asked.at,
    )
