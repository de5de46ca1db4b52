"""Free TCP ports on loopback, and waiting for a server to answer on one."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def accepts(port: int) -> bool:
    """Tell whether something on loopback accepts connections at ``port``."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((LOOPBACK, port)) == 0


def wait_until_accepting(
    port: int, process: subprocess.Popen[bytes], *, within_seconds: float = 20.0
) -> None:
    """Return once ``process`` accepts connections at ``port``.

    Raises:
        RuntimeError: the process ended, or did not listen in time.
    """
    give_up_at = time.monotonic() + within_seconds
    while not accepts(port):
        if process.poll() is not None:
            message = f"{process.args!r} ended with {process.returncode} before it listened"
            raise RuntimeError(message)
        if time.monotonic() > give_up_at:
            message = f"{process.args!r} does not listen on port {port} after {within_seconds} s"
            raise RuntimeError(message)
        time.sleep(0.02)
