"""The kernel over all buckets, two processes."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from domain.behaviour.kernel import Plan
from domain.behaviour.vectors.selection import Scene
from domain.columns.days import Moments
from domain.columns.values import Lists
from domain.scoring.bulk import raw_scores
from domain.values import BUSINESS_ZONE
from storage.lake.layout import BucketFiles, files_of
from storage.lake.reading import Chunk, read_bucket
from storage.lake.running import over_buckets
from tests.bench.kernel_rig import data, rules

Table = dict[str, NDArray[np.generic]]


@lru_cache(maxsize=1)
def plan() -> Plan:
    return Plan.of(list(rules.EXPRESSIONS.values()))


def compute(folder: Path, size: data.Size, processes: int = 2) -> Table:
    """Return score, tags and segments of everybody, sorted by root."""
    return joined(over_buckets(of_bucket, files_of(folder, range(size.buckets)), processes))


def joined(parts: list[Table]) -> Table:
    """Put buckets together, sorted by root."""
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.argsort(whole["root"], kind="stable")
    return {name: column[order] for name, column in whole.items()}


def of_bucket(files: BucketFiles) -> Table:
    """Return what is computed of one bucket."""
    parts = [of_chunk(chunk) for chunk in read_bucket(files, {"amount", "category"})]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def of_chunk(chunk: Chunk) -> Table:
    """Return score, tags and segments of some persons."""
    scene = Scene(chunk.columns, Moments.at(data.NOW, BUSINESS_ZONE))
    none = np.zeros(chunk.roots.size)
    whole = np.zeros(chunk.roots.size, dtype=np.int64)
    found: Table = {
        "root": chunk.roots,
        "score": raw_scores(scene, rules.CARD, none, whole, whole),
    }
    values = dict(zip(rules.EXPRESSIONS, plan().run_in(scene), strict=True))
    for name in ("value", "activity"):
        high, medium = values[f"{name}_high"].holds, values[f"{name}_medium"].holds
        found[name] = np.where(high, 2, np.where(medium, 1, 0)).astype(np.int8)
    for name in rules.NUMBERS:
        found[name] = values[name].numbers
    for name in rules.TEXTS:
        texts = values[name].texts
        table = np.array([*map(category, texts.words.items), -1], dtype=np.int8)
        found[name] = table[texts.codes]
    for name in rules.LISTS:
        found[name] = as_number(values[name].lists)
    for name in rules.SEGMENTS:
        found[name] = values[name].holds
    return found


def category(word: str) -> int:
    return int(word[1:])


def as_number(lists: Lists) -> NDArray[np.int64]:
    """Write the first three categories as digits, so that both engines give one number."""
    table = np.array([category(word) + 1 for word in lists.words.items], dtype=np.int64)
    sizes = np.diff(lists.offsets)
    found = np.zeros(sizes.size, dtype=np.int64)
    for place in range(3):
        has = sizes > place
        found[has] += table[lists.codes[lists.offsets[:-1][has] + place]] * 100**place
    return found
