"""Free TCP ports on loopback, and waiting for a server to answer on one."""

from __future__ import annotations

import random
import socket
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess

LOOPBACK = "127.0.0.1"
#: Below the ports that systems give to outgoing connections and to whoever asks for
#: any port: nobody gets one of these by chance after we found it free.
PORTS = range(20_000, 32_000)
#: Seconds that a process may take to start or to end: six at once that got a tenth of
#: two processors took more than sixty.
START_SECONDS = 300.0
_given: set[int] = set()
#: Tests seed the common dice, and processes of tests that run at once would throw alike.
_dice = random.SystemRandom()


def free_port() -> int:
    """Return a port that nobody listens on, a different one at every call."""
    while True:
        port = _dice.choice(PORTS)
        if port not in _given and _is_free(port):
            _given.add(port)
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def accepts(port: int) -> bool:
    """Tell whether something on loopback accepts connections at ``port``."""
    with socket.socket() as probe:
        probe.settimeout(START_SECONDS)
        return probe.connect_ex((LOOPBACK, port)) == 0


def wait_until_accepting(
    port: int, process: subprocess.Popen[bytes], *, within_seconds: float = START_SECONDS
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
