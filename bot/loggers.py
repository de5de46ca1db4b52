"""Structured logs on standard error: one JSON line each, never a secret or what was said."""

from __future__ import annotations

import logging
import sys

import msgspec
import structlog


def set_up_logs(*, is_quiet: bool = False) -> None:
    """Log from INFO on, or from WARNING on when the terminal belongs to something else."""
    level = logging.WARNING if is_quiet else logging.INFO
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)


def _json(line: object, **_options: object) -> str:
    """Write a line as JSON; there is one per callback, so it has to be cheap."""
    return msgspec.json.encode(line, enc_hook=repr).decode()
