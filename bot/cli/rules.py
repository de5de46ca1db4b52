"""``clew rules``: keep, try, publish and learn versions of the rules of the score."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from bot.cli.run import fail, run, settings_or_exit
from bot.cli.words import TEXTS, text
from bot.clock import SystemClock
from bot.loggers import set_up_logs
from bot.office_wire import open_office
from bot.rules_desk import Learned, LearnWish, NewDraft, Wish
from config.load import load_catalog
from domain.scoring.strata import Evidence, Learning
from domain.scoring.trial import TO, Trial
from domain.scoring.version import RuleVersion
from domain.values import Refusal
from handlers.actions.rule_drafts import Handed
from handlers.actions.rule_words import author_words

AUTHOR = "cli"
_COLUMNS = ("number", "name", "state", "author", "created", "note")
_EVIDENCE = ("channel", "leads", "deals", "rate", "interval", "basis", "points")


def show(number: int | None, folder: Path | None) -> None:
    """List the versions, or write the files of one to a folder."""
    set_up_logs(is_quiet=True)
    versions = run(_newest())
    if number is not None:
        _write(number, versions, folder)
        return
    table = Table(*(text(f"rules.column.{name}") for name in _COLUMNS))
    for one in versions:
        state = TEXTS.get(f"rules.state.{one.state}")
        created = f"{one.created_at.astimezone():%Y-%m-%d %H:%M}"
        author = author_words(TEXTS, one.author)
        table.add_row(str(one.number), one.name, state, author, created, one.note)
    Console().print(table)


def _write(number: int, versions: Sequence[RuleVersion], folder: Path | None) -> None:
    version = next((one for one in versions if one.number == number), None)
    if version is None:
        fail(TEXTS.get("rules.unknown", number=number))
    for name, content in version.sources.items():
        if folder is None:
            click.echo(content)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(content, encoding="utf-8")
            click.echo(text("rules.written", file=folder / name))


async def _newest() -> Sequence[RuleVersion]:
    async with open_office(settings_or_exit(), SystemClock()) as office:
        return await office.rules.newest()


def keep(files: Sequence[Path], note: str) -> None:
    """Keep files as a draft; what is wrong with them is said, and nothing changes."""
    set_up_logs(is_quiet=True)
    try:
        number = run(_keep(NewDraft([_handed(file) for file in files], AUTHOR, note)))
    except ValueError as error:
        fail(str(error))
    click.echo(text("rules.kept", number=number))


def _handed(file: Path) -> Handed:
    try:
        return Handed(file.read_text(encoding="utf-8"), file.name)
    except UnicodeDecodeError:
        fail(text("rules.not_text", file=file))


async def _keep(draft: NewDraft) -> int:
    async with open_office(settings_or_exit(), SystemClock()) as office:
        return await office.rules.keep(draft)


def try_out(number: int) -> bool:
    """Try a version on all leads and show how they would move."""
    set_up_logs(is_quiet=True)
    done = run(_try(Wish(number)))
    if isinstance(done, Refusal) or done.trial is None:
        click.echo(TEXTS.get("rules.unknown", number=number), err=True)
        return False
    _show_trial(done, done.trial)
    return True


def _show_trial(version: RuleVersion, trial: Trial) -> None:
    click.echo(
        text(
            "rules.tried",
            number=version.number,
            leads=trial.leads,
            before=trial.mature_before,
            after=trial.mature_after,
            activated=trial.activated,
            share=f"{trial.activated_share:.1%}",
            cooled=trial.cooled,
        )
    )
    table = Table(text("rules.move"), text("rules.count"))
    for move, count in [*sorted(trial.grades.items()), *sorted(trial.levels.items())]:
        table.add_row(move.replace(TO, " → "), str(count))
    Console().print(table)


async def _try(wish: Wish) -> RuleVersion | Refusal:
    async with open_office(settings_or_exit(), SystemClock()) as office:
        return await office.rules.try_out(wish)


def put_in_force(number: int, *, is_confirmed: bool) -> bool:
    """Publish a version, or say why not."""
    set_up_logs(is_quiet=True)
    done = run(_publish(Wish(number, AUTHOR, is_confirmed)))
    if isinstance(done, Refusal):
        click.echo(TEXTS.get(f"refusals.{done.code}"), err=True)
        return False
    click.echo(TEXTS.get("rules.published_now", number=done.number, name=done.name))
    return True


async def _publish(wish: Wish) -> RuleVersion | Refusal:
    async with open_office(settings_or_exit(), SystemClock()) as office:
        return await office.rules.publish(wish)


def learn(learning: Learning, days: int, ripe: int) -> bool:
    """Learn channel points, show the evidence, keep a draft."""
    set_up_logs(is_quiet=True)
    done = run(_learn(LearnWish(learning, days, ripe, AUTHOR)))
    if isinstance(done, Refusal):
        click.echo(TEXTS.get(f"refusals.{done.code}"), err=True)
        return False
    _show_evidence(done.evidence)
    click.echo(text("rules.kept", number=done.number))
    return True


def _show_evidence(evidence: Sequence[Evidence]) -> None:
    tree = load_catalog(TEXTS, settings_or_exit().store.tables_dir).channels
    table = Table(*(text(f"rules.evidence.{name}") for name in _EVIDENCE))
    for one in evidence:
        basis = tree.name_of(one.basis) if one.basis else TEXTS.get("rules.evidence.all")
        table.add_row(
            tree.name_of(one.code),
            str(one.own.leads),
            str(one.own.deals),
            f"{one.rate:.2%}",
            f"{one.low:.2%}–{one.high:.2%}",
            basis,
            f"{one.points:g}",
        )
    Console().print(table)


async def _learn(wish: LearnWish) -> Learned | Refusal:
    async with open_office(settings_or_exit(), SystemClock()) as office:
        return await office.rules.learn(wish)
