"""From the text of a setting to its value; a ``ValueError`` means: not written so."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

KEY_BYTES = 32
_FEWEST_DAYS, _MOST_DAYS = 3, 3650
#: In front of the number of a master key that does not seal yet.
STANDBY = "~"
_HIGHEST_PORT = 65_535
_HOUR = 3_600
_DATABASES = ("sqlite://", "postgresql://", "postgres://")


def matching(pattern: str) -> Callable[[str], str]:
    """Return a parser of texts that match ``pattern`` as a whole."""
    compiled = re.compile(pattern)

    def parse(raw: str) -> str:
        if compiled.fullmatch(raw) is None:
            raise ValueError(pattern)
        return raw

    return parse


#: Rules of the platform: fact sheet 1.1, and 3.9 for ids.
corp_id = matching(r"w[wx][0-9A-Za-z]{6,62}")
agent_id = matching(r"[0-9]{1,16}")
secret = matching(r"\S{8,512}")
token = matching(r"[0-9A-Za-z]{1,32}")
aes_key = matching(r"[0-9A-Za-z]{43}")
open_kfid = matching(r"wk[0-9A-Za-z_-]{4,62}")
official_account = matching(r"gh_[0-9A-Za-z]{4,60}")
app_id = matching(r"wx[0-9A-Za-z]{6,62}")
bot_id = matching(r"[0-9A-Za-z_-]{1,64}")
code = matching(r"[a-z][a-z0-9_]*")
userid = matching(r"[0-9A-Za-z._@-]{1,64}")
host = matching(r"[0-9A-Za-z.:_-]+")


def no_or_secret(raw: str) -> str:
    """Return a secret, or nothing."""
    return secret(raw) if raw else raw


def userids(raw: str) -> frozenset[str]:
    """Return userids from a list with commas or blanks (their form: fact sheet 3.9)."""
    return frozenset(userid(part) for part in re.split(r"[\s,，]+", raw) if part)


def no_or_code(raw: str) -> str:
    """Return a code, or nothing."""
    return code(raw) if raw else raw


def seconds(raw: str) -> timedelta:
    """Return a span of whole seconds, from one to an hour."""
    number = int(raw)
    if not 0 < number <= _HOUR:
        raise ValueError(raw)
    return timedelta(seconds=number)


def days(raw: str) -> timedelta:
    """Return a span of whole days, 3 to 3650: budgets need what was sent in the last two."""
    number = int(raw)
    if not _FEWEST_DAYS <= number <= _MOST_DAYS:
        raise ValueError(raw)
    return timedelta(days=number)


def port(raw: str) -> int:
    """Return a port, 1 to 65535."""
    number = int(raw)
    if not 0 < number <= _HIGHEST_PORT:
        raise ValueError(raw)
    return number


def web_address(raw: str) -> str:
    """Return an http(s) address without a slash at its end."""
    parts = urlsplit(raw)
    is_web = parts.scheme in {"http", "https"} and parts.hostname
    if not is_web or parts.query or parts.fragment:
        raise ValueError(raw)
    return raw.rstrip("/")


def no_or_web_address(raw: str) -> str:
    """Return an http(s) address, or nothing."""
    return web_address(raw) if raw else raw


def web_addresses(raw: str) -> tuple[str, ...]:
    """Return http(s) addresses from a comma-separated list, in its order."""
    found = tuple(web_address(part.strip()) for part in raw.split(",") if part.strip())
    if not found:
        raise ValueError(raw)
    return found


def database_address(raw: str) -> str:
    """Return the address of an SQLite file or a PostgreSQL database."""
    if not raw.startswith(_DATABASES) or raw in _DATABASES:
        raise ValueError(raw)
    return raw


def redis_address(raw: str) -> str:
    """Return the address of a Redis, or nothing."""
    if raw and not raw.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError(raw)
    return raw


def folder(raw: str) -> Path:
    """Return a path, absolute."""
    return Path(raw).expanduser().absolute()


def existing_folder(raw: str) -> Path | None:
    """Return a folder that is there, or None for an empty setting."""
    if not raw:
        return None
    path = folder(raw)
    if not path.is_dir():
        raise ValueError(raw)
    return path


def zone(raw: str) -> ZoneInfo:
    """Return a time zone by its name."""
    try:
        return ZoneInfo(raw)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(raw) from error


def ids(raw: str) -> tuple[str, ...]:
    """Return 微信客服 account ids from a comma-separated list."""
    return tuple(open_kfid(part.strip()) for part in raw.split(",") if part.strip())


def master_keys(raw: str) -> Mapping[int, bytes]:
    """Return numbered keys from ``<base64>`` or ``1:<base64>,~2:<base64>``.

    The tilde marks a key on standby (:func:`standby_keys`). The error never holds
    the text: it is a secret.
    """
    numbered = _numbered(raw)
    keys = {number: _key(encoded) for _, number, encoded in numbered}
    if len(keys) < len(numbered) or not keys.keys() - standby_keys(raw) or min(keys) < 1:
        raise ValueError
    return MappingProxyType(keys)


def standby_keys(raw: str) -> frozenset[int]:
    """Return the numbers of the keys that only open, until every process has them."""
    return frozenset(number for is_standby, number, _ in _numbered(raw) if is_standby)


def _numbered(raw: str) -> list[tuple[bool, int, str]]:
    """Return, of each key, whether it is on standby, its number and its text."""
    found = []
    for part in filter(None, (part.strip() for part in raw.split(","))):
        number, colon, encoded = part.removeprefix(STANDBY).rpartition(":")
        found.append((part.startswith(STANDBY), int(number) if colon else 1, encoded))
    return found


def _key(encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise ValueError from None
    if len(key) != KEY_BYTES:
        raise ValueError
    return key
