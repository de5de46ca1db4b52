"""Which installations may be split into processes."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.cluster.roles import ALL_ROLES, ProcessRefusedError, ProcessRole, check_roles, is_shared
from config.settings import StoreSettings

POSTGRES, SQLITE = "postgresql://localhost/clew", "sqlite:///var/clew.db"
REDIS = "redis://localhost:6379/0"
SOME = frozenset({ProcessRole.WEB, ProcessRole.WORKER})


def store(database: str, redis: str) -> StoreSettings:
    return StoreSettings(
        data_dir=Path("var"),
        database_url=database,
        redis_url=redis,
        master_keys={1: bytes(32)},
        zone=ZoneInfo("Asia/Shanghai"),
        tables_dir=None,
        files=(),
    )


@pytest.mark.parametrize("database", [POSTGRES, SQLITE])
@pytest.mark.parametrize("redis", [REDIS, ""])
def test_one_process_with_all_roles_runs_anywhere(database: str, redis: str) -> None:
    check_roles(ALL_ROLES, store(database, redis))


def test_roles_run_apart_on_postgresql_with_redis() -> None:
    check_roles(SOME, store(POSTGRES, REDIS))


@pytest.mark.parametrize(
    ("database", "redis", "code"),
    [
        (SQLITE, "", "roles_on_sqlite"),
        (SQLITE, REDIS, "roles_on_sqlite"),
        (POSTGRES, "", "roles_without_redis"),
    ],
)
def test_other_splits_are_refused_with_a_reason(database: str, redis: str, code: str) -> None:
    with pytest.raises(ProcessRefusedError) as refused:
        check_roles(SOME, store(database, redis))
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("database", "redis", "expected"),
    [(POSTGRES, REDIS, True), (POSTGRES, "", False), (SQLITE, REDIS, False)],
)
def test_things_are_shared_only_on_postgresql_with_redis(
    database: str, redis: str, expected: bool
) -> None:
    assert is_shared(store(database, redis)) is expected
