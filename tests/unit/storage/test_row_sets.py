"""A statement for many rows says what the statement for one row says."""

from __future__ import annotations

import pytest

from storage.errors import StorageError
from storage.row_sets import over_rows


def test_an_insert_selects_its_values_from_columns_of_arguments() -> None:
    sql = "insert into t (a, b, c) values ($2, 'x', $1)\non conflict (a) do nothing"
    assert over_rows(sql, ["int8", "text"]) == (
        "insert into t (a, b, c) select given.c2, 'x', given.c1"
        " from unnest($1::int8[], $2::text[]) as given (c1, c2)\non conflict (a) do nothing"
    )


def test_an_update_joins_columns_of_arguments() -> None:
    assert over_rows("update t set a = $2 where id = $1", ["int8", "bool"]) == (
        "update t set a = given.c2 from unnest($1::int8[], $2::bool[]) as given (c1, c2)"
        " where id = given.c1"
    )


@pytest.mark.parametrize("sql", ["delete from t where id = $1", "insert into t values (f($1))"])
def test_of_another_statement_no_set_is_made(sql: str) -> None:
    with pytest.raises(StorageError, match="no set can be made"):
        over_rows(sql, ["int8"])
