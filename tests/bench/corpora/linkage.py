"""Records of known pairs: Febrl's invented people, and two guides to restaurants.

The weights are learned from the records themselves, without the truth.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from domain.matching.candidates import candidate_pairs, clusters
from domain.matching.learning import learn
from domain.matching.linkage import compare, one_to_one
from domain.matching.measures import Field, Measure

_PERSON = tuple(
    Field(name, measure, cuts)
    for name, measure, cuts in (
        ("given_name", Measure.NAME, (1.0, 0.88)),
        ("surname", Measure.NAME, (1.0, 0.88)),
        ("street_number", Measure.EXACT, (1.0,)),
        ("address_1", Measure.NAME, (1.0, 0.88)),
        ("address_2", Measure.NAME, (1.0, 0.88)),
        ("suburb", Measure.NAME, (1.0, 0.88)),
        ("postcode", Measure.NAME, (1.0, 0.88)),
        ("state", Measure.EXACT, (1.0,)),
        ("date_of_birth", Measure.NAME, (1.0, 0.88)),
    )
)
_RESTAURANT = (
    Field("name", Measure.RARE_GRAMS, (0.9, 0.6, 0.35)),
    Field("street", Measure.RARE_GRAMS, (0.8, 0.4)),
    Field("number", Measure.NUMBER, source="address"),
    Field("city", Measure.RARE_GRAMS, (0.7,)),
)
_SIGNS = re.compile(r"[^a-z0-9 ]+")


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How well pairs were found: shares from 0 to 1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Return the harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def febrl(data: Path, number: int) -> Accuracy:
    """Link Febrl data set ``number``, without the social security number."""
    rows = _rows(data / "febrl" / f"dataset{number}.csv")
    truth = [row["rec_id"].split("-")[1] for row in rows]
    records = [{field.reads: row[field.reads] for field in _PERSON} for row in rows]
    return _linked(records, truth, [_person_keys(r) for r in records], _PERSON)


def _person_keys(row: dict[str, str]) -> list[str]:
    alone = ("given_name", "surname", "date_of_birth", "address_1", "address_2", "postcode")
    keys = [f"{name}:{row[name]}" for name in alone if row[name]]
    return [*keys, f"both:{row['given_name']} {row['surname']}"]


def restaurants(data: Path) -> Accuracy:
    """Link two guides, of which neither lists a restaurant twice."""
    rows = _rows(data / "restaurant" / "restaurants.csv")
    records = [_restaurant(row) for row in rows]
    keys = [[*r["name"].split(), *r["address"].split()] for r in records]
    truth = [row["unique_id"] for row in rows]
    return _linked(records, truth, keys, _RESTAURANT, is_one_to_one=True)


def _restaurant(row: dict[str, str]) -> dict[str, str]:
    record = {
        name: _SIGNS.sub(" ", row[name].lower().replace("'", "")).strip()
        for name in ("name", "address", "city")
    }
    return record | {"street": re.sub(r"^\d+ ?", "", record["address"])}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, skipinitialspace=True))


def _linked(
    records: Sequence[dict[str, str]],
    truth: Sequence[str],
    keys: Sequence[list[str]],
    fields: Sequence[Field],
    *,
    is_one_to_one: bool = False,
) -> Accuracy:
    pairs = candidate_pairs(keys)
    table = compare(records, pairs, fields)
    model = learn(table, fields)
    scores = model.scores(table)
    is_found = scores >= model.merge_bits
    pairs, scores = pairs[is_found], scores[is_found]
    if is_one_to_one:
        pairs = pairs[sorted(one_to_one(pairs, scores))]
    return _accuracy(clusters(len(records), pairs), truth)


def _accuracy(found: Sequence[int], truth: Sequence[str]) -> Accuracy:
    """Compare clusters with the truth, pair by pair: merges are transitive."""
    right = _pair_count(list(zip(found, truth, strict=True)))
    return Accuracy(right / (_pair_count(found) or 1), right / (_pair_count(truth) or 1))


def _pair_count(groups: Sequence[object]) -> int:
    return sum(n * (n - 1) // 2 for n in Counter(groups).values())
