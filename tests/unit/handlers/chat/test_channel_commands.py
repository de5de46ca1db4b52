"""渠道: what channels bring, to those who may know."""

from __future__ import annotations

import pytest

from tests.unit.handlers import acts
from tests.unit.handlers.company import LI_LEI, MANAGER, Company, words


async def asked(company: Company, text: str, by: str = MANAGER) -> str:
    await company.receives(acts.said(text, by, at=company.clock.now()))
    return (await company.texts(by))[-1]


async def test_leads_are_counted_by_channel_and_by_the_one_above(company: Company) -> None:
    await company.receives(acts.added(state="expo2026"), acts.added(acts.LI_SI, state="dy-1"))
    answer = await asked(company, "渠道")
    assert "付费渠道：2/2" in answer
    assert "　· 展会：1/1" in answer
    assert "　　· 抖音信息流：1/1" in answer
    assert "¥" in answer


async def test_one_channel_is_shown_with_what_lies_below_it(company: Company) -> None:
    await company.receives(acts.added(state="expo2026"), acts.added(acts.LI_SI, state="dy-1"))
    lines = (await asked(company, "展会渠道")).splitlines()
    assert [line for line in lines if "展会：1/1" in line]
    assert not [line for line in lines if "抖音信息流" in line]


async def test_a_part_of_a_name_means_the_topmost_channel_of_it(company: Company) -> None:
    await company.receives(acts.added(state="expo2026"), acts.added(acts.LI_SI, state="dy-1"))
    lines = (await asked(company, "信息流渠道本月")).splitlines()
    assert [line for line in lines if "信息流广告：1/1" in line]
    assert [line for line in lines if "抖音信息流：1/1" in line]
    assert not [line for line in lines if "展会" in line]


async def test_of_several_channels_the_full_name_is_asked(company: Company) -> None:
    answer = await asked(company, "抖音渠道本月")
    assert answer == words("channel.several", detail="抖音", names="抖音信息流、抖音号")


@pytest.mark.parametrize("channel", ["知乎", "美团"])
async def test_a_channel_that_nobody_knows_is_said(company: Company, channel: str) -> None:
    told = words("refusals.unknown_channel", detail=channel)
    assert await asked(company, f"{channel}渠道本月") == told


async def test_without_leads_that_is_said(company: Company) -> None:
    assert words("channel.none") in await asked(company, "渠道 上月")


async def test_a_rep_may_not_look_at_costs(company: Company) -> None:
    assert "¥" not in await asked(company, "渠道", LI_LEI)
