"""Installations for the tests of the doctor: small, and wrong in one place."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.clock import DrivenClock
from bot.doctor.installation import Installation, opened
from bot.simulator import demo
from config.settings import Settings, load_settings
from config.texts import load_texts
from tests.factories import NOW

TEXTS = load_texts()
NOWHERE = "http://127.0.0.1:9"

ENVIRON = {
    "CLEW_MASTER_KEY": base64.b64encode(bytes(range(32))).decode(),
    "CLEW_PUBLIC_URL": NOWHERE,
    "CLEW_QYAPI_BASE": NOWHERE,
    "CLEW_MP_BASE": NOWHERE,
    "CLEW_CORP_ID": demo.CORPID,
    "CLEW_APP_AGENT_ID": str(demo.AGENTID),
    "CLEW_APP_SECRET": demo.APP_SECRET,
    "CLEW_APP_TOKEN": demo.CALLBACK_TOKEN,
    "CLEW_APP_AES_KEY": demo.CALLBACK_KEY,
}
FURTHER = {
    "CLEW_CONTACT_SECRET": demo.CUSTOMERS_SECRET,
    "CLEW_DIRECTORY_SECRET": demo.CONTACTS_SECRET,
    "CLEW_MANAGERS": "WangManager",
    "CLEW_KF_SECRET": demo.KF_SECRET,
    "CLEW_KF_OPEN_KFIDS": demo.OPEN_KFID,
    "CLEW_MP_ACCOUNT": demo.MP_ACCOUNT,
    "CLEW_MP_APP_ID": demo.MP_APPID,
    "CLEW_MP_SECRET": demo.MP_SECRET,
    "CLEW_MP_TOKEN": demo.MP_TOKEN,
    "CLEW_MP_AES_KEY": demo.MP_KEY,
}


def settings_in(data_dir: Path, **variables: str) -> Settings:
    """Return settings whose data lie in ``data_dir``; each variable may be given."""
    environ = ENVIRON | {"CLEW_DATA_DIR": str(data_dir)} | variables
    if "CLEW_MASTER_KEY_FILE" in variables:
        del environ["CLEW_MASTER_KEY"]
    return load_settings(TEXTS, environ)


def names_in(folder: Path) -> list[str]:
    """Return what lies in a folder."""
    return sorted(path.name for path in folder.iterdir())


@asynccontextmanager
async def installed(data_dir: Path, **variables: str) -> AsyncIterator[Installation]:
    """Yield an installation at ``NOW``."""
    clock = DrivenClock(NOW, is_running=False)
    async with opened(settings_in(data_dir, **variables), TEXTS, clock) as installation:
        yield installation
