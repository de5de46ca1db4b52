"""List files beside the business tables: they may change while the service runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from config.problems import ConfigError, Problem
from config.texts import SHIPPED, Texts
from domain.screening.entries import Parsed, read_people, read_words
from domain.screening.lists import ListName

FILES: Mapping[ListName, str] = MappingProxyType(
    {
        ListName.BLACK: "blacklist.txt",
        ListName.RED: "redlist.txt",
        ListName.WORDS: "sensitive_words.txt",
    }
)
#: Lines that are named when a file is wrong; the rest is counted.
_MOST_NAMED = 20
#: A file beyond this is no list of ours.
_MOST_BYTES = 64 * 1024 * 1024

#: Path, moment of the last change (ns) and size: a file that has these is unchanged.
Stamp = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class ListFiles:
    """Where list files are looked for: in ``overrides``, else among what is shipped."""

    overrides: Path | None
    texts: Texts

    def stamp(self, name: ListName) -> Stamp | None:
        """Return what tells one state of the file from another; None when there is none."""
        path = self._path(name)
        try:
            found = path.stat()
        except OSError:
            return None
        return str(path), found.st_mtime_ns, found.st_size

    def read(self, name: ListName) -> Parsed:
        """Read the entries of a list's file, none when there is no file.

        Raises:
            ConfigError: the file cannot be read, or lines of it are wrong; all are counted,
                the first are named.
        """
        path = self._path(name)
        if not path.is_file():
            return Parsed()
        return read_list(name, path, self.texts)

    def _path(self, name: ListName) -> Path:
        own = self.overrides / FILES[name] if self.overrides else None
        return own if own is not None and own.is_file() else SHIPPED / FILES[name]


def read_list(name: ListName, path: Path, texts: Texts) -> Parsed:
    """Read a file of entries for the list ``name``.

    Raises:
        ConfigError: as :meth:`ListFiles.read`.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ConfigError([Problem(path.name, "list_too_large")], texts)
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        problem = Problem(path.name, "not_readable", values={"reason": str(error)})
        raise ConfigError([problem], texts) from error
    parsed = read_words(text) if name is ListName.WORDS else read_people(text)
    if parsed.faults:
        raise ConfigError(_problems(path.name, parsed, texts), texts)
    return parsed


def _problems(place: str, parsed: Parsed, texts: Texts) -> list[Problem]:
    named = [
        Problem(place, "list_line", str(f.line), {"reason": texts.get(f"refusals.{f.code}")})
        for f in parsed.faults[:_MOST_NAMED]
    ]
    if more := len(parsed.faults) - len(named):
        named.append(Problem(place, "list_more_lines", values={"count": str(more)}))
    return named
