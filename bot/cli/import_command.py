"""The command ``clew import``; it imports what it needs when it runs."""

# ruff: noqa: PLC0415 - see above

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bot.cli.words import text
from domain.intake.id_list import LISTABLE

_READ = click.Path(path_type=Path, exists=True, dir_okay=False)
_WRITTEN = click.Path(path_type=Path, dir_okay=False)


@click.command("import", help=text("import.help"))
@click.argument("file", type=_READ)
@click.option("--mapping", type=_READ, default=None, help=text("import.mapping"))
@click.option("--source", default="", help=text("import.source"))
@click.option("--preview", "is_preview", is_flag=True, help=text("import.preview_help"))
@click.option("--save-mapping", type=_WRITTEN, default=None, help=text("import.save_mapping"))
@click.option("--errors", type=_WRITTEN, default=None, help=text("import.errors"))
@click.option("--tag", default="", help=text("import.tag"))
@click.option("--column", default="", help=text("import.list_column"))
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in LISTABLE]),
    default=LISTABLE[0].value,
    show_default=True,
    help=text("import.list_kind"),
)
def import_file(file: Path, errors: Path | None, **options: Any) -> None:  # noqa: ANN401 — click's
    """Import leads from a CSV or XLSX file, or tag everybody of a list."""
    from bot.cli.importing import ImportWish, import_leads

    wish = ImportWish(file, errors or file.with_suffix(".errors.csv"), **options)
    raise SystemExit(import_leads(wish))
