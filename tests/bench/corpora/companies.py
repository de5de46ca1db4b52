"""Company names with their brands, labelled by the authors of companynameparser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.chat.company_name import brand_of
from tests.bench.corpora.held import Held, held, json_lines

if TYPE_CHECKING:
    from pathlib import Path


def score(folder: Path) -> Held:
    """Count names whose brand is theirs to the letter."""
    names = json_lines(folder / "company_brand_zh/brand.jsonl")
    return held((row["name"], brand_of(row["name"]) == row["brand"]) for row in names)
