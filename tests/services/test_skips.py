from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.shared import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SAMPLES = {
    "test_skips.py": """
import pytest

def test_that_skips():
    pytest.skip("no server")

@pytest.mark.parametrize("case", [])
def test_of_every_case(case): ...

@pytest.mark.xfail(reason="known", strict=True)
def test_that_is_known_to_fail():
    assert False
""",
    "test_skipped_module.py": """
import pytest

pytest.skip("no library", allow_module_level=True)
""",
}


def outcomes(folder: Path, *, ci: str) -> dict[str, int]:
    """Run the samples under our rules and return how many tests ended how."""
    for name, code in SAMPLES.items():
        (folder / name).write_text(code, encoding="utf-8")
    options = ["-p", "tests.conftest", "-p", "no:cacheprovider", "--continue-on-collection-errors"]
    done = subprocess.run(  # noqa: S603 - our own pytest
        [sys.executable, "-m", "pytest", *options, "-c", ROOT / "pyproject.toml", folder],
        cwd=ROOT,
        env=os.environ | {"CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )
    summary = done.stdout.splitlines()[-1]
    return {word: int(number) for number, word in re.findall(r"(\d+) ([a-z]+)", summary)}


def test_with_ci_true_every_skip_fails(tmp_path: Path) -> None:
    found = outcomes(tmp_path, ci="true")
    assert (found["failed"], found["errors"], found["xfailed"]) == (1, 2, 1)
    assert "skipped" not in found


def test_without_ci_a_skip_is_a_skip(tmp_path: Path) -> None:
    found = outcomes(tmp_path, ci="")
    assert (found["skipped"], found["xfailed"]) == (3, 1)
    assert "failed" not in found
