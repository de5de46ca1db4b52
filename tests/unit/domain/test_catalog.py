from __future__ import annotations

import pytest

from config.load import load_catalog
from config.texts import load_texts
from domain.channels.attribution import Origin
from tests.factories import NOW

CATALOG = load_catalog(load_texts())


@pytest.mark.parametrize(
    ("origin", "raw", "channel"),
    [
        (Origin.IMPORT, "Google", "sem"),  # a rule
        (Origin.API, " SEM ", "sem"),  # a code
        (Origin.IMPORT, "展会", "expo"),  # a name
        (Origin.API, "火星", "unknown"),
        (Origin.API, "", "unknown"),
    ],
)
def test_a_channel_may_be_written_as_itself(origin: Origin, raw: str, channel: str) -> None:
    touch = CATALOG.touch(origin, raw, NOW)
    assert (touch.channel, touch.state, touch.at) == (channel, raw.strip(), NOW)
