"""List the benches, or run the one that is named."""

from __future__ import annotations

import ast
import importlib
import sys
from pathlib import Path

from tests.bench.measure import print_machine

FOLDER = Path(__file__).parent
NOT_BENCHES = {"__init__", "__main__", "measure"}


def benches() -> dict[str, str]:
    """Return every bench with the first line of its docstring."""
    found = {}
    for path in sorted(FOLDER.glob("*.py")):
        if path.stem not in NOT_BENCHES:
            text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
            found[path.stem] = text.partition("\n")[0]
    return found


def main(arguments: list[str]) -> int:
    known = benches()
    match arguments:
        case []:
            for name, purpose in known.items():
                print(f"{name:12} {purpose}")
            return 0
        case [name] if name in known:
            print_machine()
            importlib.import_module(f"tests.bench.{name}").main()
            return 0
        case _:
            print(f"no such bench; there are: {', '.join(known)}", file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
