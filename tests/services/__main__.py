"""Run a command with a fresh PostgreSQL database.

``python -m tests.services clew story --database {postgres}``: the argument
``{postgres}`` becomes the address; the exit code is the command's.
"""

from __future__ import annotations

import os
import subprocess
import sys

from tests.services.postgres import execute, postgres_server

PLACE = "{postgres}"


def main(command: list[str]) -> int:
    """Create a database, run ``command`` on it, drop it."""
    name = f"clew_run_{os.getpid()}"
    with postgres_server() as address:
        execute(address, f"create database {name}")
        try:
            filled = [f"{address}/{name}" if word == PLACE else word for word in command]
            return subprocess.run(filled, check=False).returncode  # noqa: S603 - the caller's own
        finally:
            execute(address, f"drop database {name} with (force)")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
