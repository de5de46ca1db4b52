"""Every refusal has its words."""

from __future__ import annotations

import pytest

from bot.backup.refusal import BackupRefusedError, Why
from config.texts import load_texts

VALUES = {
    "file": "a.tar.gz",
    "part": "b",
    "version": "2.0",
    "database": "sqlite",
    "number": 1,
    "fingerprint": "0123abcd",
    "sessions": 1,
    "problem": "c",
    "aside": "d",
}


@pytest.mark.parametrize("why", Why)
def test_a_refusal_can_be_said(why: Why) -> None:
    refused = BackupRefusedError(why, **VALUES)
    assert load_texts().get(f"cli.backup.refused.{refused.why}", **refused.values)
