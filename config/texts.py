"""All user-facing Chinese, by dotted key, out of ``texts.zh.toml``."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from domain.errors import ClewError, TextError

SHIPPED = Path(__file__).parent
FILE = "texts.zh.toml"


class TextsFileError(ClewError):
    """The file of texts cannot be used."""


class Texts:
    """Texts with ``{placeholders}``; frozen once loaded."""

    def __init__(self, templates: Mapping[str, str]) -> None:
        """Take templates by dotted key."""
        self._templates = MappingProxyType(dict(templates))

    def __contains__(self, key: str) -> bool:
        """Tell whether there is a text of this key."""
        return key in self._templates

    def __iter__(self) -> Iterator[str]:
        """Yield all keys."""
        return iter(self._templates)

    def template(self, key: str) -> str:
        """Return the text of ``key`` with its placeholders as they are written.

        Raises:
            TextError: there is no such text.
        """
        template = self._templates.get(key)
        if template is None:
            raise TextError(key, reason="no such text", advice=f"add it to {FILE}")
        return template

    def get(self, key: str, **values: object) -> str:
        """Return the text of ``key`` with its placeholders filled; values too many do no harm.

        Raises:
            TextError: there is no such text, or a placeholder has no value.
        """
        template = self.template(key)
        try:
            return template.format_map(values)
        except KeyError as missing:
            raise TextError(key, reason=f"no value for {missing.args[0]}") from None

    def keys_under(self, prefix: str) -> frozenset[str]:
        """Return what comes after ``prefix.`` in the keys directly below it."""
        head = f"{prefix}."
        return frozenset(
            key.removeprefix(head).split(".")[0] for key in self._templates if key.startswith(head)
        )


def load_texts(overrides: Path | None = None) -> Texts:
    """Read the shipped texts, and over them those of ``overrides`` where it has any.

    Raises:
        TextsFileError: a file is no TOML, or a text in it no text.
    """
    templates = _read(SHIPPED / FILE)
    own = overrides / FILE if overrides else None
    if own is not None and own.is_file():
        templates |= _read(own)
    return Texts(templates)


def _read(path: Path) -> dict[str, str]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TextsFileError(str(path), reason=str(error)) from error
    templates = dict(_flat(data, ""))
    for key, template in templates.items():
        if problem := _problem_of(template):
            where = f"{path} {key}"
            raise TextsFileError(where, reason=problem)
    return templates


def _flat(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        key = f"{prefix}{name}"
        match value:
            case dict():
                yield from _flat(value, f"{key}.")
            case str():
                yield key, value
            case _:
                raise TextsFileError(key, reason="must be a text in quotes")


def _problem_of(template: str) -> str:
    try:
        names = [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]
    except ValueError as error:
        return str(error)
    wrong = [name for name in names if not name.isidentifier()]
    return f"{{{wrong[0]}}} is no placeholder; use a name, or double the braces" if wrong else ""
