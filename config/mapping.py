"""The mapping of an import, from its TOML file."""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec

from config.decode import decode
from config.problems import ConfigError, Problem
from config.tables.rows import Code, ConditionRow, TomlRow, conditions
from config.texts import Texts
from domain.intake.mapping import EventMapping, FileMapping
from domain.lead import LeadKind


class ColumnsRow(TomlRow, frozen=True):
    """``[columns]``: who the row is about, and when and how they came."""

    uid: str = ""
    name: str = ""
    phone: str = ""
    wechat: str = ""
    email: str = ""
    channel: str = ""
    at: str = ""


class EventRow(TomlRow, frozen=True):
    """One ``[[event]]``: the row makes it if all of ``when`` hold."""

    kind: Code
    when: list[ConditionRow] = msgspec.field(default_factory=list)
    properties: dict[str, str] = msgspec.field(default_factory=dict)


class MappingFile(TomlRow, frozen=True):
    """The whole file."""

    source: Code
    columns: ColumnsRow
    missing: list[str] = msgspec.field(default_factory=list)
    attributes: dict[str, str] = msgspec.field(default_factory=dict)
    event: list[EventRow] = msgspec.field(default_factory=list)
    opt_out: list[ConditionRow] = msgspec.field(default_factory=list)
    kind: LeadKind = LeadKind.SALES

    def build(self) -> FileMapping:
        """Return the mapping."""
        columns = self.columns
        return FileMapping(
            source=self.source,
            uid=columns.uid,
            name=columns.name,
            phone=columns.phone,
            wechat=columns.wechat,
            email=columns.email,
            channel=columns.channel,
            at=columns.at,
            attributes=self.attributes,
            events=tuple(
                EventMapping(row.kind, conditions(row.when), row.properties) for row in self.event
            ),
            opt_out=conditions(self.opt_out),
            missing=frozenset(self.missing),
            kind=self.kind,
        )


def load_mapping(path: Path, texts: Texts) -> FileMapping:
    """Read the mapping of an import.

    Raises:
        ConfigError: the file is no such mapping; every problem is named.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        problem = Problem(path.name, "not_readable", values={"reason": str(error)})
        raise ConfigError([problem], texts) from None
    except tomllib.TOMLDecodeError as error:
        problem = Problem(path.name, "not_toml", values={"reason": str(error)})
        raise ConfigError([problem], texts) from None
    decoded = decode(data, MappingFile, path.name)
    if isinstance(decoded, list):
        raise ConfigError(decoded, texts)
    return decoded.build()


def write_mapping(mapping: FileMapping) -> str:
    """Return the TOML of a mapping without events and conditions, as a guess makes it."""
    columns = [(key, column) for column, key in mapping.meanings().items() if key in _COLUMN_KEYS]
    parts = [f"source = {_quoted(mapping.source)}", "", "[columns]"]
    parts += [f"{key} = {_quoted(column)}" for key, column in columns]
    parts += ["", "[attributes]"]
    parts += [f"{_quoted(name)} = {_quoted(column)}" for name, column in mapping.attributes.items()]
    return "\n".join(parts) + "\n"


_COLUMN_KEYS = frozenset(field.name for field in msgspec.structs.fields(ColumnsRow))


def _quoted(text: str) -> str:
    """Return a basic string of TOML; JSON escapes what TOML does."""
    return msgspec.json.encode(text).decode()
