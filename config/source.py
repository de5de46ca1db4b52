"""Where settings are written: variables, files that variables point to, one TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from config.problems import Problem
from config.texts import Texts

Value = TypeVar("Value")

PREFIX = "CLEW_"
_FILE = "_FILE"
#: How like a known name an unknown one must be to be taken for a slip of the pen.
_SLIP = 0.85


@dataclass(slots=True)
class Source:
    """Raw settings by lower-case name, and every problem met while reading them.

    A variable wins over the TOML. ``tables`` are the lists of the TOML (``[[mp]]``),
    ``files`` the files that were read.
    """

    texts: Texts
    values: dict[str, str] = field(default_factory=dict)
    tables: dict[str, list[Mapping[str, object]]] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)

    def take(self, name: str, parse: Callable[[str], Value], default: str | None = None) -> Value:
        """Return the setting ``name``, parsed; a problem is noted and nothing returned.

        What comes back after a problem is never used: the caller raises.
        """
        raw = self.values.get(name, default)
        return self.parsed(name, raw, parse, self.places.get(name, variable(name)))

    def entries(self, kind: str, names: tuple[str, ...]) -> Iterator[Entry]:
        """Yield the accounts of a kind: one from variables, if any, and those of the TOML."""
        own = {name: self.values.get(f"{kind}_{name}") for name in names}
        if any(value is not None for value in own.values()):
            yield Entry(self, kind, own)
        for number, row in enumerate(self.tables.get(kind, ())):
            entry = Entry(self, kind, row, f"{self.places[kind]}[{number}]")
            entry.refuse_unknown(frozenset(names))
            yield entry

    def parsed(
        self, name: str, raw: str | None, parse: Callable[[str], Value], place: str
    ) -> Value:
        """Return ``raw`` parsed, or note what is wrong at ``place``; ``name`` picks the advice."""
        advice = {"advice": self.texts.get(f"settings.advice.{name}")}
        if raw is None:
            self.problems.append(Problem(place, "setting_missing", values=advice))
        else:
            try:
                return parse(raw)
            except ValueError:
                self.problems.append(Problem(place, "setting_not_valid", values=advice))
        return None  # type: ignore[return-value]  # the caller raises before it is used


@dataclass(frozen=True, slots=True)
class Entry:
    """One account: its settings by short name, and where they stand ("" = in variables)."""

    source: Source
    kind: str
    row: Mapping[str, object]
    place: str = ""

    def has(self, name: str) -> bool:
        """Tell whether the setting is written down."""
        return self.row.get(name) is not None

    def take(self, name: str, parse: Callable[[str], Value], default: str | None = None) -> Value:
        """Return a setting, parsed; as :meth:`Source.take`."""
        raw = self.row.get(name)
        full = f"{self.kind}_{name}"
        where = f"{self.place}.{name}" if self.place else variable(full)
        text = default if raw is None else _as_text(raw)
        return self.source.parsed(full, text, parse, where)

    def refuse_unknown(self, names: frozenset[str]) -> None:
        """Note every setting that an account of this kind does not have."""
        for name in sorted(self.row.keys() - names):
            self.source.problems.append(Problem(f"{self.place}.{name}", "setting_unknown"))


def _as_text(raw: object) -> str:
    return ",".join(map(str, raw)) if isinstance(raw, list) else str(raw)


def variable(name: str) -> str:
    """Return the variable of a setting."""
    return f"{PREFIX}{name.upper()}"


def read_source(
    environ: Mapping[str, str], names: frozenset[str], lists: frozenset[str], texts: Texts
) -> Source:
    """Gather everything that is written down about ``names`` and ``lists``."""
    source = Source(texts)
    variables = dict(_variables(environ, names, source))
    config = variables.pop("config", None)
    if config is not None:
        _read_toml(Path(config), names, lists, source)
    source.values.update(variables)
    for name in variables:
        source.places[name] = variable(name)
    return source


def _variables(
    environ: Mapping[str, str], names: frozenset[str], source: Source
) -> Iterator[tuple[str, str]]:
    for key, raw in environ.items():
        if not key.startswith(PREFIX) or not raw.strip():
            continue
        name = key.removeprefix(PREFIX).lower()
        base = key.removesuffix(_FILE).removeprefix(PREFIX).lower()
        if name in names:
            yield name, raw.strip()
        elif base in names and f"{variable(base)}" in environ:
            problem = Problem(key, "setting_twice", values={"name": variable(base)})
            source.problems.append(problem)
        elif base in names:
            yield from _from_file(key, base, Path(raw.strip()), source)
        else:
            _note_slip(key, frozenset(map(variable, names)), source)


def _from_file(key: str, name: str, path: Path, source: Source) -> Iterator[tuple[str, str]]:
    source.files.append(path)
    try:
        yield name, path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = {"reason": type(error).__name__}
        source.problems.append(Problem(key, "setting_file_unreadable", values=reason))


def _note_slip(key: str, known: frozenset[str], source: Source) -> None:
    """Report a name that looks like one of ours; other software may own the rest."""
    near = get_close_matches(key.removesuffix(_FILE), sorted(known), n=1, cutoff=_SLIP)
    if near:
        source.problems.append(Problem(key, "setting_misspelt", values={"hint": near[0]}))


def _read_toml(path: Path, names: frozenset[str], lists: frozenset[str], source: Source) -> None:
    source.files.append(path)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = {"reason": type(error).__name__}
        source.problems.append(Problem(str(path), "not_readable", values=reason))
        return
    except tomllib.TOMLDecodeError as error:
        source.problems.append(Problem(str(path), "not_toml", values={"reason": str(error)}))
        return
    for name, value in data.items():
        _take_toml(name, value, path, (names, lists), source)


def _take_toml(
    name: str,
    value: object,
    path: Path,
    known: tuple[frozenset[str], frozenset[str]],
    source: Source,
) -> None:
    names, lists = known
    match value:
        case str() | int() if name in names:
            source.values[name] = str(value)
            source.places[name] = f"{path} {name}"
        case list() if name in lists and all(isinstance(item, dict) for item in value):
            source.tables[name] = value
            source.places[name] = f"{path} {name}"
        case _ if name in names | lists:
            types = {"wanted": f"[[{name}]]" if name in lists else "str"}
            values = types | {"got": type(value).__name__}
            source.problems.append(Problem(str(path), "wrong_type", name, values))
        case _:
            near = get_close_matches(name, sorted(names | lists), n=1, cutoff=_SLIP)
            code = "setting_misspelt" if near else "setting_unknown"
            values = {"hint": near[0] if near else ""}
            source.problems.append(Problem(str(path), code, name, values))
