"""A process of the service as it runs in production: killed without warning."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.patience import PATIENCE
from tests.services.ports import LOOPBACK, wait_until_accepting
from tests.shared import ROOT


@dataclass(slots=True)
class Victim:
    """``clew serve`` with the variables it needs; its log is kept for whoever wonders.

    Without ``roles`` it does everything.
    """

    environment: dict[str, str]
    port: int
    log: Path
    roles: tuple[str, ...] = ()
    kills: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def takes_callbacks(self) -> bool:
        """Tell whether the platform may deliver to it."""
        return not self.roles or "web" in self.roles

    def start(self) -> None:
        """Start it and return when it listens.

        Raises:
            RuntimeError: it ended, or does not listen.
        """
        roles = [word for role in self.roles for word in ("--role", role)]
        own = {"CLEW_LISTEN_HOST": LOOPBACK, "CLEW_LISTEN_PORT": str(self.port)}
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-m", "bot", "serve", *roles],
                cwd=ROOT,
                env={**os.environ, **self.environment, **own},
                stdout=output,
                stderr=output,
            )
        # Several start at once, on a machine that may be busy.
        wait_until_accepting(self.port, self._process, within_seconds=5 * PATIENCE)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)
        self.kills += 1

    def stop(self) -> None:
        """Ask it to drain and end.

        Raises:
            RuntimeError: it did not end as asked.
        """
        status = self._end(signal.SIGTERM)
        if status != 0:
            message = f"the service ended with {status} on SIGTERM; see {self.log}"
            raise RuntimeError(message)

    def _end(self, number: signal.Signals) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        process.send_signal(number)
        return process.wait(timeout=PATIENCE)
