import pytest

from domain.condition import Comparison, Condition, Fact

FACTS: dict[str, Fact] = {
    "city": " 上海 ",
    "visits": 5.0,
    "size": "120",
    "is_new": True,
    "grade": "",
    "odd": "nan",
}


@pytest.mark.parametrize(
    ("name", "comparison", "values", "expected"),
    [
        ("city", Comparison.EQUAL, ("上海",), True),
        ("city", Comparison.EQUAL, ("北京",), False),
        ("city", Comparison.NOT_EQUAL, ("北京",), True),
        ("city", Comparison.IN, ("北京", "上海"), True),
        ("city", Comparison.NOT_IN, ("北京", "上海"), False),
        ("city", Comparison.CONTAINS, ("海",), True),
        ("city", Comparison.CONTAINS, ("山",), False),
        ("city", Comparison.KNOWN, (), True),
        ("city", Comparison.MISSING, (), False),
        ("city", Comparison.AT_LEAST, (3.0,), False),
        ("visits", Comparison.AT_LEAST, (5.0,), True),
        ("visits", Comparison.MORE, (5.0,), False),
        ("visits", Comparison.AT_MOST, (5.0,), True),
        ("visits", Comparison.LESS, (5.0,), False),
        ("visits", Comparison.EQUAL, (5,), True),
        ("size", Comparison.AT_LEAST, (100.0,), True),
        ("size", Comparison.EQUAL, (120,), True),
        ("odd", Comparison.AT_LEAST, (0.0,), False),
        ("is_new", Comparison.EQUAL, (True,), True),
        ("is_new", Comparison.EQUAL, (1.0,), False),
        ("is_new", Comparison.AT_LEAST, (0.0,), False),
        ("grade", Comparison.KNOWN, (), False),
        ("grade", Comparison.MISSING, (), True),
        ("nothing", Comparison.MISSING, (), True),
        ("nothing", Comparison.NOT_EQUAL, ("北京",), False),
        ("nothing", Comparison.EQUAL, ("",), False),
    ],
)
def test_compares_facts(
    name: str, comparison: Comparison, values: tuple[Fact, ...], expected: bool
) -> None:
    assert Condition(name, comparison, values).holds(FACTS) is expected
