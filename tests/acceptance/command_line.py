"""Commands, in processes of their own or in that of the test, and files for them to read."""

from __future__ import annotations

import asyncio
import csv
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from bot.cli.main import cli
from config.texts import load_texts
from tests.shared import ROOT

TEXTS = load_texts()
NEEDED = {
    "CLEW_MASTER_KEY": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    "CLEW_PUBLIC_URL": "https://clew.example.com",
    "CLEW_CORP_ID": "wwexample00000001",
    "CLEW_APP_AGENT_ID": "1000002",
    "CLEW_APP_SECRET": "ExampleAppSecret0000000000000000001",
    "CLEW_APP_TOKEN": "exampleToken01",
    "CLEW_APP_AES_KEY": "LeadBotExampleKey0LeadBotExampleKey1LeadBot",
}
MAPPING = """
source = "expo"
missing = ["未知"]

[columns]
uid = "编号"
name = "姓名"
phone = "手机"
channel = "渠道"
at = "时间"

[attributes]
city = "城市"

[[event]]
kind = "form_submitted"
when = [{ fact = "表单", value = "是" }]
"""
HEADER = "编号,姓名,手机,渠道,时间,城市,表单"
GOOD = (
    "1,张三,13926417835,展会,2026-03-01 09:30,杭州,是",
    "2,李四,+86 159-6734-0218,未知,2026-03-01,上海,否",
)
#: A cell that a table program would run; here it is a name like any other.
FORMULA = '3,"=HYPERLINK(""https://example.com"")",15967340327,展会,,@SUM(A1:A9),否'


def said(key: str, **values: object) -> str:
    """Return a text of the command line."""
    return TEXTS.get(f"cli.{key}", **values)


@dataclass(frozen=True)
class Told:
    """What a command said, and how it ended."""

    status: int
    out: str
    err: str


async def started(*words: str | Path, **variables: str) -> asyncio.subprocess.Process:
    """Start ``clew …`` with these settings and none from outside."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("CLEW_")}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *map(str, words),
        cwd=ROOT,
        env=bare | variables | {"COLUMNS": "200"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def clew(*words: str | Path, **variables: str) -> Told:
    """Run a command to its end."""
    process = await started(*words, **variables)
    out, err = await process.communicate()
    assert "Traceback" not in err.decode(), err.decode()
    return Told(process.returncode or 0, out.decode(), err.decode())


def inside(*words: str | Path, answer: str = "") -> Told:
    """Run a command in the process of the test, which gives it ``settings_of_process``.

    ``answer`` is what is typed when it asks.
    """
    result = CliRunner().invoke(cli, [*map(str, words)], input=answer)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return Told(result.exit_code, result.stdout, result.stderr)


@dataclass(frozen=True)
class Sheet:
    """A file to import and its mapping."""

    file: Path
    mapping: Path

    @property
    def words(self) -> tuple[str, ...]:
        """Return the words of the command that imports it."""
        return ("import", str(self.file), "--mapping", str(self.mapping))

    @property
    def error_file(self) -> Path:
        """Return where its errors go."""
        return self.file.with_suffix(".errors.csv")

    def errors(self) -> list[tuple[int, str, str]]:
        """Return line, column and reason of all errors."""
        lines = self.error_file.read_text(encoding="utf-8-sig").splitlines()
        header, *rows = csv.reader(lines)
        assert header == [said(f"import.column.{n}") for n in ("line", "column", "reason")]
        return [(int(line), column, reason) for line, column, reason in rows]


def sheet(folder: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8") -> Sheet:
    """Write a file with these rows, and the mapping that fits ``HEADER``."""
    made = Sheet(folder / "leads.csv", folder / "mapping.toml")
    made.file.write_bytes("\r\n".join([header, *rows, ""]).encode(encoding))
    made.mapping.write_text(MAPPING, encoding="utf-8")
    return made
