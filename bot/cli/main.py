"""All commands of ``clew``; each imports what it needs when it runs, so help is instant."""

# ruff: noqa: PLC0415 - see above

from __future__ import annotations

from pathlib import Path

import click

from bot.cli.aliases_group import aliases
from bot.cli.channels_group import channels
from bot.cli.events_group import events
from bot.cli.import_command import import_file
from bot.cli.lake_group import lake
from bot.cli.merges_group import merges
from bot.cli.rules_group import rules
from bot.cli.words import text
from bot.cluster.roles import ProcessRole
from domain.access import Scope

#: Ids of rows are 63 bits and positive.
_ROW = click.IntRange(1, (1 << 63) - 1)
_LIMIT = click.IntRange(1, 1000)
_PORT = click.IntRange(0, 65_535)


@click.group(help=text("help"), context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Hold the commands together."""


cli.add_command(import_file)
cli.add_command(rules)
cli.add_command(events)
cli.add_command(lake)
cli.add_command(channels)
cli.add_command(merges)
cli.add_command(aliases)


@cli.command(help=text("serve.help"))
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([role.value for role in ProcessRole]),
    help=text("serve.role"),
)
def serve(roles: tuple[str, ...]) -> None:
    """Run the service, or some of its roles, with the settings of the environment."""
    from bot.cli.serve import serve_forever

    serve_forever(roles)


@cli.command(help=text("demo.help"))
@click.option("--port", type=_PORT, default=8000, show_default=True, help=text("demo.port"))
@click.option(
    "--windows-port", type=_PORT, default=8080, show_default=True, help=text("demo.windows_port")
)
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var/demo"),
    show_default=True,
    help=text("demo.data_dir"),
)
def demo(port: int, windows_port: int, data_dir: Path) -> None:
    """Run service and stand-in together until interrupted."""
    from bot.cli.serve import demo_forever

    demo_forever(port, windows_port, data_dir)


@cli.command(help=text("story.help"))
@click.option("--database", default="", help=text("story.database"))
@click.option(
    "--redeliver",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help=text("story.redeliver"),
)
@click.option("--shuffle", type=int, default=None, help=text("story.shuffle"))
def story(database: str, redeliver: int, shuffle: int | None) -> None:
    """Play the whole job headless; exit 1 when a step is missing."""
    from bot.cli.story import play

    raise SystemExit(0 if play(database, redeliver, shuffle) else 1)


@cli.command(help=text("migrate.help"))
def migrate() -> None:
    """Bring the schema of the configured databases up to date."""
    from bot.cli.schema import bring_up_to_date

    bring_up_to_date()


@cli.command(help=text("sync.help"))
@click.option("--check", is_flag=True, help=text("sync.check"))
def sync(*, check: bool) -> None:
    """Read everything that the platform has, or compare; exit 1 when something is amiss."""
    from bot.cli.reconciling import compare
    from bot.cli.syncing import synchronise

    raise SystemExit(0 if (compare() if check else synchronise()) else 1)


@cli.group(help=text("inbox.help"))
def inbox() -> None:
    """Hold the inbox commands."""


@inbox.command("list", help=text("inbox.list"))
@click.option("--state", default="parked", show_default=True, help=text("queue.state"))
@click.option("--limit", type=_LIMIT, default=50, show_default=True, help=text("queue.limit"))
def inbox_list(state: str, limit: int) -> None:
    """List rows of the inbox."""
    from bot.cli.queues import show

    show("inbox", state, limit)


@inbox.command("replay", help=text("inbox.replay"))
@click.argument("row_id", type=_ROW)
def inbox_replay(row_id: int) -> None:
    """Let a parked row be tried again."""
    from bot.cli.queues import replay

    raise SystemExit(0 if replay("inbox", row_id) else 1)


@inbox.command("unknown", help=text("inbox.unknown"))
@click.option("--limit", type=_LIMIT, default=50, show_default=True, help=text("queue.limit"))
def inbox_unknown(limit: int) -> None:
    """List updates that nothing takes."""
    from bot.cli.queues import show

    show("unknown", "unknown", limit)


@cli.group(help=text("outbox.help"))
def outbox() -> None:
    """Hold the outbox commands."""


@outbox.command("list", help=text("outbox.list"))
@click.option("--state", default="failed", show_default=True, help=text("queue.state"))
@click.option("--limit", type=_LIMIT, default=50, show_default=True, help=text("queue.limit"))
def outbox_list(state: str, limit: int) -> None:
    """List rows of the outbox."""
    from bot.cli.queues import show

    show("outbox", state, limit)


@outbox.command("replay", help=text("outbox.replay"))
@click.argument("row_id", type=_ROW)
def outbox_replay(row_id: int) -> None:
    """Send a failed or unknown row again."""
    from bot.cli.queues import replay

    raise SystemExit(0 if replay("outbox", row_id) else 1)


@cli.command(help=text("backup.help"))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> None:
    """Write everything but the master key to one file."""
    from bot.cli.backup import back_up

    back_up(file)


@cli.command(help=text("restore.help"))
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--force", is_flag=True, help=text("restore.force"))
@click.option("--nothing-sent-since", is_flag=True, help=text("restore.nothing_sent_since"))
def restore(file: Path, *, force: bool, nothing_sent_since: bool) -> None:
    """Put a backup in the place of the databases."""
    from bot.backup.restoring import Wish
    from bot.cli.backup import put_back

    put_back(Wish(file, is_forced=force, is_nothing_sent_since=nothing_sent_since))


@cli.group(help=text("keys.help"))
def keys() -> None:
    """Hold the commands of master keys."""


@keys.command("list", help=text("keys.list"))
def keys_list() -> None:
    """Show the keys and what stands under each."""
    from bot.cli.keys import show

    show()


@keys.command("add", help=text("keys.add"))
@click.option(
    "--file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=None,
    help=text("keys.add_file"),
)
@click.option("--standby", "is_standby", is_flag=True, help=text("keys.add_standby"))
def keys_add(file: Path | None, *, is_standby: bool) -> None:
    """Make a new key."""
    from bot.cli.keys import add

    add(file, is_standby=is_standby)


@keys.command("rewrap", help=text("keys.rewrap"))
def keys_rewrap() -> None:
    """Move everything under the newest key; exit 1 when something is left."""
    from bot.cli.keys import renew

    raise SystemExit(0 if renew() else 1)


@cli.command("archive", help=text("archive.help"))
@click.argument("source")
@click.option("--watch", "is_watching", is_flag=True, help=text("archive.watch"))
def archive(source: str, *, is_watching: bool) -> None:
    """Take in lines of the message archive; exit 1 when some are none."""
    from bot.cli.archiving import read_archive

    raise SystemExit(read_archive(source, is_watching=is_watching))


@cli.group("api-keys", help=text("api_keys.help"))
def api_keys() -> None:
    """Hold the commands of keys of the HTTP API."""


@api_keys.command("create", help=text("api_keys.create"))
@click.argument("name")
@click.option("--system", default="", help=text("api_keys.system"))
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice([scope.value for scope in Scope]),
    help=text("api_keys.scope"),
)
@click.option(
    "--per-minute",
    type=click.IntRange(1, 1_000_000),
    default=600,
    show_default=True,
    help=text("api_keys.per_minute"),
)
def api_keys_create(name: str, system: str, scopes: tuple[str, ...], per_minute: int) -> None:
    """Make a key and show its secret once."""
    from bot.cli.api_keys import create

    create(name, system, scopes, per_minute)


@api_keys.command("list", help=text("api_keys.list"))
def api_keys_list() -> None:
    """Show the keys."""
    from bot.cli.api_keys import show

    show()


@api_keys.command("revoke", help=text("api_keys.revoke"))
@click.argument("word")
def api_keys_revoke(word: str) -> None:
    """Take a key out of use; exit 1 when there is none."""
    from bot.cli.api_keys import revoke

    raise SystemExit(0 if revoke(word) else 1)


@cli.command(help=text("t1.help"))
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help=text("t1.processes"),
)
def t1(processes: int) -> None:
    """Check all scores; exit 1 when any differs."""
    from bot.cli.truth import check_scores

    raise SystemExit(0 if check_scores(processes) else 1)


_LIST = click.Choice(["black", "red", "words"])
_PEOPLE_LIST = click.Choice(["black", "red"])


@cli.group(help=text("lists.help"))
def lists() -> None:
    """Hold the commands of lists."""


@lists.command("import", help=text("lists.import_help"))
@click.argument("name", type=_LIST)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def lists_import(name: str, file: Path) -> None:
    """Import a version of a list."""
    from bot.cli.lists import import_list

    import_list(name, file)


@lists.command("add", help=text("lists.add_help"))
@click.argument("name", type=_PEOPLE_LIST)
@click.argument("contact")
def lists_add(name: str, contact: str) -> None:
    """Put somebody on a list; exit 2 when they cannot be."""
    from bot.cli.lists import put

    put(name, contact)


@lists.command("remove", help=text("lists.remove_help"))
@click.argument("name", type=_PEOPLE_LIST)
@click.argument("contact")
def lists_remove(name: str, contact: str) -> None:
    """Take somebody off a list; exit 2 when they are not on it."""
    from bot.cli.lists import take

    take(name, contact)


@lists.command("show", help=text("lists.show_help"))
@click.argument("name", type=_LIST, required=False)
@click.option("--limit", type=_LIMIT, default=50, show_default=True, help=text("lists.limit"))
def lists_show(name: str | None, limit: int) -> None:
    """Show the running lists."""
    from bot.cli.lists import show

    show(name or "", limit)


@lists.command("check", help=text("lists.check_help"))
@click.argument("words")
def lists_check(words: str) -> None:
    """Try a text; exit 1 on a hit."""
    from bot.cli.lists import check

    raise SystemExit(0 if check(words) else 1)


@cli.command(help=text("doctor.help"))
def doctor() -> None:
    """Check configuration, databases and platform; say what to fix."""
    from bot.cli.doctor import examine

    raise SystemExit(0 if examine() else 1)
