"""Where the data shared with other projects lies: never copied, only read."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("CLEW_SHARED", ROOT.parent / "shared")).resolve()
DATA = SHARED / "data"
