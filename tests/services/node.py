"""Programs of Node: a package by its exact version, installed once into the virtual environment."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from pathlib import Path

MISSING = "no Node; as root: apt-get install nodejs npm"
#: One folder per package and version; ``make clean`` takes it away with the environment.
CACHE = Path(sys.prefix) / "node-packages"


def has_node() -> bool:
    """Tell whether Node and its package manager are on this machine."""
    return bool(shutil.which("node") and shutil.which("npm"))


def package(name: str, version: str) -> Path:
    """Return the folder under which Node finds ``name``; install it when it is not there.

    Raises:
        RuntimeError: the package manager could not; it says why.
    """
    folder = CACHE / f"{name}-{version}"
    if folder.is_dir():
        return folder
    CACHE.mkdir(exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=CACHE))
    try:
        asyncio.run(_install(fresh, f"{name}@{version}"))
        # Another run may have been faster; its folder is as good.
        if not folder.is_dir():
            fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return folder


async def _install(folder: Path, wanted: str) -> None:
    options = ("--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock")
    npm = await asyncio.create_subprocess_exec(
        "npm",
        "install",
        *options,
        "--loglevel=error",
        "--prefix",
        str(folder),
        wanted,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await npm.communicate()
    if npm.returncode:
        raise RuntimeError(out.decode(errors="replace"))


async def run(script: str, folder: Path, **variables: str) -> str:
    """Run a script that may ``require`` what lies in ``folder``; return what it printed.

    Raises:
        RuntimeError: it failed; what it said is the message.
    """
    node = await asyncio.create_subprocess_exec(
        "node",
        "--no-deprecation",
        "-e",
        script,
        env={**os.environ, "NODE_PATH": str(folder / "node_modules"), **variables},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await node.communicate()
    if node.returncode:
        raise RuntimeError(err.decode(errors="replace"))
    return out.decode()
