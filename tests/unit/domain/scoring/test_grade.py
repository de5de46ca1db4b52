import pytest

from domain.errors import RuleError
from domain.scoring.grade import Grading, all_cells, cell_of, rounded, standard_of
from domain.values import Grade

MATRIX = {cell: f"advice_{cell.lower()}" for cell in all_cells()}


def grading(
    grades: tuple[float, float, float] = (75, 50, 25),
    weights: tuple[float, float] = (0.4, 0.6),
    matrix: dict[str, str] | None = None,
) -> Grading:
    return Grading(
        grades, (75, 50, 25), weights[0], weights[1], 60, MATRIX if matrix is None else matrix
    )


def test_an_engaged_medium_fit_prospect_is_b1() -> None:
    table = grading()
    grade, level = table.grade_of(67.3), table.level_of(85)
    assert cell_of(grade, level) == "B1"
    assert table.advice_for(grade, level) == "advice_b1"
    assert standard_of(85) == 8.5


@pytest.mark.parametrize(
    ("static", "grade"),
    [(100, "A"), (75, "A"), (74.999999, "B"), (50, "B"), (25, "C"), (24.9, "D"), (0, "D")],
)
def test_grades_begin_at_their_mark(static: float, grade: str) -> None:
    assert grading().grade_of(static) is Grade(grade)


@pytest.mark.parametrize(("dynamic", "level"), [(100, 1), (75, 1), (50, 2), (25, 3), (0, 4)])
def test_levels_begin_at_their_mark(dynamic: float, level: int) -> None:
    assert grading().level_of(dynamic) == level


def test_the_composite_mixes_both_and_is_rounded_before_it_passes() -> None:
    table = grading(weights=(0.1, 0.9))
    composite = table.composite_of(60.00000001, 60)
    assert composite == 60
    assert table.is_mature(composite)
    assert not table.is_mature(table.composite_of(60, 59.99999))


def test_rounding_never_leaves_a_minus_zero() -> None:
    assert str(rounded(-1e-9)) == "0.0"


@pytest.mark.parametrize(
    "broken",
    [
        {"grades": (50, 75, 25)},
        {"grades": (75, 75, 25)},
        {"weights": (0.5, 0.6)},
        {"matrix": {"A1": "call"}},
    ],
)
def test_refuses_a_table_that_leaves_a_lead_without_a_place(
    broken: dict[str, tuple[float, float, float]],
) -> None:
    with pytest.raises(RuleError):
        grading(**broken)  # type: ignore[arg-type]
