"""The mapping of an import as it stands in its file."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.mapping import load_mapping
from config.problems import ConfigError
from config.texts import load_texts
from domain.intake.mapping import FileMapping
from domain.lead import LeadKind

TEXTS = load_texts()


def loaded(folder: Path, head: str) -> FileMapping:
    path = folder / "leads.toml"
    path.write_text(f'{head}\n[columns]\nuid = "编号"\n', encoding="utf-8")
    return load_mapping(path, TEXTS)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("", LeadKind.SALES),
        ('kind = "sales"', LeadKind.SALES),
        ('kind = "service"', LeadKind.SERVICE),
    ],
)
def test_a_file_holds_leads_of_one_kind(tmp_path: Path, line: str, kind: LeadKind) -> None:
    assert loaded(tmp_path, f'source = "crm"\n{line}') == FileMapping("crm", uid="编号", kind=kind)


def test_a_kind_that_there_is_not_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="service"):
        loaded(tmp_path, 'source = "crm"\nkind = "gift"')
