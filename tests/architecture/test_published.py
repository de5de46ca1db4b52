"""What is committed says nothing about the machine it was written on."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tests.shared import ROOT

#: Where packages come from is the installer's business, not the project's.
REGISTRIES = re.compile(
    r"pypi\.org|pythonhosted\.org|anaconda\.org|registry\.npmjs|--(extra-)?index-url"
    r"|--find-links|mirrors\.\w+\.\w+|--hash="
)
MACHINE_PATHS = re.compile(r"(?<![\w.*}])/(work|tmp|root|home|Users)(?=[/\s\"'`]|$)")
SELF = "tests/architecture/test_published.py"


def committed_texts() -> list[tuple[str, str]]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 - the developer's git
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    texts = []
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if name == SELF or not path.is_file():
            continue
        content = path.read_bytes()
        if b"\0" not in content:
            texts.append((name, content.decode("utf-8")))
    return texts


def mentions(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{number} {line.strip()[:80]}"
        for name, text in committed_texts()
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_package_registry_is_named() -> None:
    assert mentions(REGISTRIES) == []


def test_no_machine_path_is_named() -> None:
    assert mentions(MACHINE_PATHS) == []


def test_requirements_are_exact() -> None:
    exact = re.compile(r"[a-z0-9][a-z0-9-]*==\S+( ; .+)?|-r requirements\.txt|#.*")
    loose = [
        f"{name}: {line}"
        for name in ("requirements.txt", "requirements-dev.txt")
        for line in Path(ROOT, name).read_text(encoding="utf-8").splitlines()
        if not exact.fullmatch(line)
    ]
    assert loose == []
