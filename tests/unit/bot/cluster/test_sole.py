"""Two services never write the same SQLite files."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bot.cluster.roles import ProcessRefusedError
from bot.cluster.sole import sole_service
from tests.unit.bot.cluster.test_roles import POSTGRES, store

HOLDER = """
import fcntl, sys, time
file = open(sys.argv[1], "wb")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(3600)
"""


def test_a_second_service_on_the_same_files_is_refused(tmp_path: Path) -> None:
    settings = store(f"sqlite:///{tmp_path / 'deep' / 'clew.db'}", "")
    with sole_service(settings), pytest.raises(ProcessRefusedError) as refused:
        sole_service(settings).__enter__()
    assert refused.value.code == "sqlite_in_use"
    assert refused.value.subject.endswith("clew.db")
    with sole_service(settings):
        pass


def test_a_killed_service_leaves_the_files_free(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "clew.db.lock")]
    settings = store(f"sqlite:///{tmp_path / 'clew.db'}", "")
    holder = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603 - our own program
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(ProcessRefusedError):
            sole_service(settings).__enter__()
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    with sole_service(settings):
        pass


def test_postgresql_is_open_to_many() -> None:
    settings = store(POSTGRES, "")
    with sole_service(settings), sole_service(replace(settings, redis_url="redis://localhost")):
        pass
