"""Why a file is not read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(eq=False)
class FileRefused(Exception):  # noqa: N818 — a decision, not a defect
    """Nothing of the file is taken in; ``code`` is a key of ``file.refused`` in the texts."""

    code: str
    values: Mapping[str, object] = field(default_factory=dict)
