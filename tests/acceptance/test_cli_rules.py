"""``clew rules`` and ``clew t1`` as a person uses them, on a few thousand leads."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.bootstrap import Parts, build
from bot.clock import SystemClock
from config.rules import parsed, seed_sources
from config.settings import load_settings
from tests.acceptance.command_line import NEEDED, TEXTS, clew, said

LEADS = 2_400
MAPPING = """
source = "crm"

[columns]
uid = "id"
name = "name"
channel = "channel"
at = "at"

[attributes]
city = "city"

[[event]]
kind = "form_submitted"
when = [{ fact = "form", value = "yes" }]
"""


@pytest.fixture
def settings(data: Path) -> dict[str, str]:
    return NEEDED | {"CLEW_DATA_DIR": str(data)}


@asynccontextmanager
async def parts_of(settings: dict[str, str]) -> AsyncIterator[Parts]:
    async with build(load_settings(TEXTS, settings), SystemClock()) as parts:
        yield parts


def sheet(folder: Path) -> tuple[Path, Path]:
    """Write a file of leads of two channels, and its mapping."""
    rows = ["id,name,channel,at,city,form"]
    for n in range(LEADS):
        channel, form = ("expo", "yes") if n % 3 else ("sem", "no")
        city = "上海" if n % 2 else "昆明"
        rows.append(f"{n},客户{n},{channel},2026-01-{n % 28 + 1:02d} 10:00,{city},{form}")
    file, mapping = folder / "leads.csv", folder / "mapping.toml"
    file.write_text("\n".join(rows), encoding="utf-8")
    mapping.write_text(MAPPING, encoding="utf-8")
    return file, mapping


async def test_a_draft_on_thousands_of_leads_from_import_to_truth(
    settings: dict[str, str], tmp_path: Path
) -> None:
    file, mapping = sheet(tmp_path)
    told = await clew("import", str(file), "--mapping", str(mapping), **settings)
    assert told.status == 0, told.err
    told = await clew("t1", "--processes", "2", **settings)
    assert told.status == 0, told.out + told.err
    assert said("t1.done", leads=LEADS, differing=0) in told.out

    draft = tmp_path / "draft.toml"
    text = seed_sources(None)["scorecard.toml"]
    draft.write_text(text.replace("pass_mark = 60", "pass_mark = 1"), encoding="utf-8")
    told = await clew("rules", "import", str(draft), "--note", "放宽", **settings)
    assert told.status == 0, told.err
    number = int(re.findall(r"\d+", told.out)[0])
    told = await clew("rules", "try", str(number), **settings)
    assert f"{LEADS} 条线索" in told.out
    told = await clew("rules", "publish", str(number), "--yes", **settings)
    assert told.out.strip() == TEXTS.get("rules.published_now", number=number, name="默认评分")

    async with parts_of(settings) as parts, parts.database.write() as tx:
        await tx.execute("update lead set score_dynamic = score_dynamic + 1 where id % 1000 = 7")
        await tx.execute("update lead set score_static = 99 where id = (select min(id) from lead)")
    told = await clew("t1", **settings)
    assert told.status == 1
    assert "static" in told.out


async def test_a_broken_draft_is_refused_and_the_rules_stay(
    settings: dict[str, str], tmp_path: Path
) -> None:
    draft = tmp_path / "draft.toml"
    text = seed_sources(None)["scorecard.toml"]
    text = text.replace('kind = "pay_order"', 'kind = "pay_ordr"')
    draft.write_text(text, encoding="utf-8")
    told = await clew("rules", "import", str(draft), **settings)
    assert told.status == 2
    assert "pay_order" in told.err
    assert "pay_ordr" in told.err


async def test_journeys_are_taken_as_json_like_rules(
    settings: dict[str, str], tmp_path: Path
) -> None:
    draft = tmp_path / "maps.json"
    maps = parsed(seed_sources(None)["journey.toml"])
    maps["journey"][0]["label"] = "新旅程"
    draft.write_text(json.dumps(maps, ensure_ascii=False), encoding="utf-8")
    told = await clew("rules", "import", str(draft), **settings)
    assert told.status == 0, told.err
    number = re.findall(r"\d+", told.out)[0]
    told = await clew("rules", "show", number, "--to", str(tmp_path / "kept"), **settings)
    assert told.status == 0, told.err
    assert "新旅程" in (tmp_path / "kept" / "journey.toml").read_text(encoding="utf-8")


async def test_channel_points_are_learned_with_their_evidence(
    settings: dict[str, str], tmp_path: Path
) -> None:
    file, mapping = sheet(tmp_path)
    await clew("import", str(file), "--mapping", str(mapping), **settings)
    async with parts_of(settings) as parts, parts.database.write() as tx:
        await tx.execute(
            "update lead set status = 'won' where first_channel = 'expo' and"
            " id in (select id from lead where first_channel = 'expo' order by id limit 400)"
        )
    told = await clew("rules", "learn", "--days", "3650", **settings)
    assert told.status == 0, told.err
    assert "展会" in told.out
    number = re.findall(r"rules try (\d+)", told.out)[0]
    told = await clew("rules", "show", number, **settings)
    section = told.out.split("[initial.channels]")[1]
    points = dict(re.findall(r"^(\w+) = ([\d.]+)$", section, re.MULTILINE))
    assert float(points["expo"]) > float(points["sem"])
    assert re.search(r"# 展会：线索 1600，成交 400，平滑转化率 \d", section)
