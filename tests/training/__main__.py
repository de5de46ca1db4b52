"""Train the intent model and write it where Clew reads it: ``python -m tests.training``."""

from __future__ import annotations

import sys

from tests.shared import ROOT
from tests.training.intents import train

FILE = ROOT / "domain/chat/words/intent_weights.txt"


def main() -> int:
    model = train()
    FILE.write_text("\n".join(model.lines()) + "\n", encoding="utf-8")
    print(f"{len(model.weights)} features, {FILE.stat().st_size // 1024} KiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
