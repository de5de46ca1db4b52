"""The seed file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest

from bot.simulator.demo import demo_config
from bot.simulator.seed import build_world, read_seed

if TYPE_CHECKING:
    from pathlib import Path

    from bot.clock import DrivenClock


def test_unknown_key_is_named(tmp_path: Path) -> None:
    seed = tmp_path / "seed.toml"
    original = demo_config().seed.read_text(encoding="utf-8")
    seed.write_text(original.replace('app = "', 'aap = "'), encoding="utf-8")
    with pytest.raises(msgspec.ValidationError, match="corp"):
        read_seed(seed)


def test_worlds_are_built_apart(clock: DrivenClock) -> None:
    first = build_world(demo_config(), clock)
    second = build_world(replace(demo_config(), run="r2"), clock)
    first.official.templates.clear()
    next(iter(first.customers.all.values())).name = "改"
    assert second.official.templates
    assert "改" not in {c.name for c in second.customers.all.values()}
    assert second.ids.run == "r2"
