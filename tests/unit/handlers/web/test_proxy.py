"""The reverse proxy that we ship lets through whatever the service takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from handlers.web.api import gate
from handlers.web.collect import door
from handlers.web.imports import receiving

CONF = Path(__file__).parents[4] / "docs/deployment/nginx.conf"
MIB = 1024 * 1024
#: The boundary of a form and the name of its file.
_ENVELOPE = 4096


def most_bytes_at(path: str) -> int:
    """Return the size of a body that nginx passes on at ``path``: the longest prefix decides."""
    server = CONF.read_text()
    blocks = dict(
        re.findall(r"^    location (/\S*) \{\n(.*?)^    \}", server, re.MULTILINE | re.DOTALL)
    )
    prefix = max((one for one in blocks if path.startswith(one)), key=len)
    [size] = re.findall(r"client_max_body_size (\d+)m;", blocks[prefix]) or re.findall(
        r"^    client_max_body_size (\d+)m;", server, re.MULTILINE
    )
    return int(size) * MIB


@pytest.mark.parametrize(
    ("path", "taken"),
    [
        ("/import/file", receiving.MOST_BYTES + _ENVELOPE),
        ("/api/v1/leads", gate.MOST_BYTES),
        ("/collect/v1/batch", door.MOST_BYTES),
    ],
)
def test_the_proxy_passes_on_the_largest_body_that_is_taken(path: str, taken: int) -> None:
    assert most_bytes_at(path) >= taken


def test_callbacks_stay_small() -> None:
    assert most_bytes_at("/callback/wecom/clew") == MIB
