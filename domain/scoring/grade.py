"""From numbers to grade, level, matrix cell and ripeness."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from domain.errors import RuleError
from domain.values import Grade

Score = TypeVar("Score", float, NDArray[np.float64])

#: Everything is rounded to this many decimals before it meets a threshold, so that
#: *equal* has one meaning on every machine (architecture section 5).
DECIMALS = 6
LEVELS = (1, 2, 3, 4)
#: Bounds of the static and of the dynamic score.
LOWEST, HIGHEST = 0.0, 100.0
#: A standard score is a tenth of the dynamic one: 0–10.
STANDARD = 10.0


def rounded(value: float) -> float:
    """Round to the precision at which scores are compared; never minus zero."""
    return round(value, DECIMALS) + 0.0


@dataclass(frozen=True, slots=True)
class Grading:
    """Thresholds and mix.

    ``grades`` are the least static scores of A, B and C; ``levels`` the least
    dynamic scores of 1, 2 and 3; below the last it is D and 4. ``composite`` =
    ``static_weight`` × static + ``dynamic_weight`` × dynamic, *mature* from
    ``pass_mark`` up. ``matrix`` maps a cell ("B1") to the code of its advice.

    Raises:
        RuleError: thresholds do not fall, weights do not add up to 1, or a cell is missing.
    """

    grades: tuple[float, float, float]
    levels: tuple[float, float, float]
    static_weight: float
    dynamic_weight: float
    pass_mark: float
    matrix: Mapping[str, str]

    def __post_init__(self) -> None:
        """Refuse a grading that leaves a lead without a clear place."""
        for name, marks in (("grades", self.grades), ("levels", self.levels)):
            if not marks[0] > marks[1] > marks[2]:
                raise RuleError(name, code="thresholds_must_fall", detail=str(list(marks)))
        if rounded(self.static_weight + self.dynamic_weight) != 1.0:
            raise RuleError(subject="mix", code="weights_must_add_up")
        missing = [cell for cell in all_cells() if cell not in self.matrix]
        if missing:
            raise RuleError(subject="matrix", code="cells_missing", detail=", ".join(missing))

    def grade_of(self, static: float) -> Grade:
        """Return the grade of a static score."""
        for grade, mark in zip(Grade, self.grades, strict=False):
            if static >= mark:
                return grade
        return Grade.D

    def level_of(self, dynamic: float) -> int:
        """Return the level of a dynamic score, 1 hottest."""
        for level, mark in zip(LEVELS, self.levels, strict=False):
            if dynamic >= mark:
                return level
        return LEVELS[-1]

    def mixed(self, static: Score, dynamic: Score) -> Score:
        """Return the composite before it is rounded, of one lead or of columns of them."""
        return self.static_weight * static + self.dynamic_weight * dynamic

    def composite_of(self, static: float, dynamic: float) -> float:
        """Return the composite, rounded."""
        return rounded(self.mixed(static, dynamic))

    def is_mature(self, composite: float) -> bool:
        """Tell whether a composite passes (及格)."""
        return composite >= self.pass_mark

    def advice_for(self, grade: Grade, level: int) -> str:
        """Return the advice code of a matrix cell."""
        return self.matrix[cell_of(grade, level)]


def standard_of(dynamic: float) -> float:
    """Return the standard score 0–10 that people are shown."""
    return rounded(dynamic / STANDARD)


def cell_of(grade: Grade, level: int) -> str:
    """Return the name of a matrix cell, such as ``B1``."""
    return f"{grade.value}{level}"


def all_cells() -> tuple[str, ...]:
    """Return the sixteen cells, A1 to D4."""
    return tuple(cell_of(grade, level) for grade in Grade for level in LEVELS)
