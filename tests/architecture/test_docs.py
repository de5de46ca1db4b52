"""Documentation that points at nothing is worse than none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.settings import VARIABLES
from tests.shared import ROOT

LINK = re.compile(r"\[[^\]]+\]\(([^)#\s]*)(?:#[^)]*)?\)")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(Path(page).relative_to(ROOT)))
def test_links_inside_the_project_lead_somewhere(page: Path) -> None:
    targets = [target for target in LINK.findall(page.read_text(encoding="utf-8")) if target]
    broken = [
        target
        for target in targets
        if "://" not in target and not (page.parent / target).resolve().exists()
    ]
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(Path(page).relative_to(ROOT)))
def test_every_file_that_is_named_exists(page: Path) -> None:
    named = re.findall(
        r"\b((?:bot|config|domain|handlers|storage|tests)/[\w/]+\.(?:py|toml|css))\b",
        page.read_text(encoding="utf-8"),
    )
    assert [name for name in sorted(set(named)) if not (ROOT / name).exists()] == []


def test_every_decision_is_listed_once_and_has_its_four_parts() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = LINK.findall((folder / "README.md").read_text(encoding="utf-8"))
    records = sorted(path.name for path in folder.glob("0*.md"))
    assert sorted(listed) == records
    for name in records:
        text = (folder / name).read_text(encoding="utf-8")
        parts = ("**Status:**", "## Context", "## Decision", "## Consequences")
        assert [part for part in parts if part not in text] == [], name


def test_both_readmes_describe_the_same_commands() -> None:
    command = re.compile(r"`clew (\w+)`")
    english, chinese = (
        set(command.findall((ROOT / name).read_text(encoding="utf-8")))
        for name in ("README.md", "README.zh-CN.md")
    )
    assert english == chinese


def test_make_help_lists_every_public_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony is not None
    described = set(re.findall(r"^(\w+):.*  ## ", makefile, re.MULTILINE))
    assert set(phony.group(1).split()) == described


def test_every_setting_is_explained_in_both_languages() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert [variable for variable in VARIABLES.values() if variable not in text] == [], name
