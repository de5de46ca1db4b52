"""Where in a text of TOML or JSON something is wrong: line and column, counted from 1."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from config.problems import Problem

#: A name, or the position in a list.
Step: TypeAlias = str | int

_STEPS = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.\-]+)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*\"?([\w\-]+)\"?\s*[=:]")
#: What the parsers of the standard library say.
_SAID = re.compile(r"\(?at line (\d+),? column (\d+)\)?|line (\d+) column (\d+) \(char \d+\)")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a text."""

    line: int
    column: int = 1


def located(problems: Sequence[Problem], sources: Mapping[str, str]) -> list[Problem]:
    """Return the problems with their places in the texts of their files, as far as they show."""
    found = []
    for problem in problems:
        text = sources.get(problem.place, "")
        place = place_said(problem.values.get("reason", ""), text)
        place = place or (place_of(text, problem.key) if text and problem.key else None)
        if place is not None and "sentence" in problem.values:
            place = _of_sentence(text, place, problem.values["sentence"])
        line, column = (place.line, place.column) if place else (0, 0)
        found.append(replace(problem, line=line, column=column))
    return found


def _of_sentence(text: str, place: Place, sentence: str) -> Place:
    """Return where a sentence stands in the list that begins at a place, else that place."""
    lines = text.splitlines()
    for number in range(place.line - 1, len(lines)):
        column = lines[number].find(sentence)
        if column >= 0:
            return Place(number + 1, column + 1)
    return place


def place_said(reason: str, text: str) -> Place | None:
    """Return the place that a parser named in its English reason."""
    if "at end of document" in reason:
        return Place(max(text.count("\n"), 1))
    said = _SAID.search(reason)
    if said is None:
        return None
    line, column = [int(number) for number in said.groups() if number is not None]
    return Place(line, column)


def place_of(text: str, key: str) -> Place | None:
    """Return where a key stands: ``event[3].points``, or the ids ``buying.compare.when``.

    Of a key within a value of several lines it is the line where the value begins.
    """
    steps = _steps(key)
    best, depth = None, 0
    for path, place in _keys(text):
        common = _common(path, steps)
        if common > depth:
            best, depth = place, common
    if best is not None and depth >= min(len(steps), _deep_enough(steps)):
        return best
    return _one_after_another(text, [str(step) for step in steps]) or best


def _deep_enough(steps: Sequence[Step]) -> int:
    """Return how many steps have to be found for a path: its table and the row in it."""
    return 2 if len(steps) > 1 and isinstance(steps[1], int) else len(steps)


def _steps(key: str) -> tuple[Step, ...]:
    return tuple(int(number) if number else name for name, number in _STEPS.findall(key))


def _common(path: Sequence[Step], wanted: Sequence[Step]) -> int:
    """Return how many steps of ``wanted`` a path goes, if it leads nowhere else."""
    for number, (one, other) in enumerate(zip(path, wanted, strict=False)):
        if one != other:
            return number if number == len(path) else 0
    return min(len(path), len(wanted))


def _keys(text: str) -> Iterator[tuple[tuple[Step, ...], Place]]:
    """Yield headers and keys of TOML with their paths."""
    counts: dict[tuple[Step, ...], int] = {}
    table: tuple[Step, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        header = _HEADER.fullmatch(line)
        if header is not None:
            table = _table(header[2].split("."), counts, is_row=header[1] == "[[")
            yield table, Place(number)
        elif key := _KEY.match(line):
            yield (*table, key[1]), Place(number, key.start(1) + 1)


def _table(
    names: Sequence[str], counts: dict[tuple[Step, ...], int], *, is_row: bool
) -> tuple[Step, ...]:
    path: tuple[Step, ...] = ()
    for position, name in enumerate(names):
        path = (*path, name)
        if is_row and position == len(names) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _one_after_another(text: str, words: Sequence[str]) -> Place | None:
    """Return where the last of some words stands, each looked for behind the one before."""
    lines, at, place = text.splitlines(), 0, None
    for word in words:
        pattern = re.compile(rf"[\"\']{re.escape(word)}[\"\']|^\s*{re.escape(word)}\s*[=:]")
        for number in range(at, len(lines)):
            if found := pattern.search(lines[number]):
                blanks = len(found[0]) - len(found[0].lstrip())
                at, place = number, Place(number + 1, found.start() + blanks + 1)
                break
        else:
            return place
    return place
