"""Random histories that come in in any order, late and twice, on a small company."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.crowds import Crowds
from bot.scoring.days import DayKeeper
from domain.lead import Lead
from domain.scoring.truth import Truth
from handlers.updates import Update
from tests.factories import NOW
from tests.unit.handlers import acts
from tests.unit.handlers.company import LI_LEI, Company

if TYPE_CHECKING:
    from bot.bootstrap import Parts

WORDS = (
    "多少钱",
    "孩子三年级，想学数学",
    "我们在上海",
    f"我电话 {acts.PHONE}",
    "不需要，别再联系了",
    "太差了，我要退款",
    "谢谢",
    acts.EAGER,
)


def history(dice: random.Random, length: int) -> list[Update]:
    """Return what two customers do within two months before now."""
    found: list[Update] = []
    for customer in (acts.ZHANG_SAN, acts.LI_SI):
        began = NOW - timedelta(days=dice.randrange(1, 60), seconds=dice.randrange(80_000))
        found.append(acts.added(customer, LI_LEI, at=began))
        for _ in range(dice.randrange(length)):
            at = began + timedelta(seconds=dice.randrange(1, 3_000_000))
            found.append(acts.wrote(dice.choice(WORDS), customer, at=at))
    if dice.random() < 0.5:
        found.append(acts.deleted_rep(at=NOW))
    return found


def disordered(dice: random.Random, updates: list[Update]) -> list[Update]:
    """Return the updates in another order, some of them twice."""
    twice = dice.sample(updates, len(updates) // 3)
    return dice.sample([*updates, *twice], len(updates) + len(twice))


async def plays(company: Company, updates: list[Update], dice: random.Random) -> list[Lead]:
    """Let updates come in in batches, time going by between; return each live score on its way."""
    live = []
    while updates:
        size = dice.randrange(1, 4)
        batch, updates = updates[:size], updates[size:]
        await company.receives(*batch)
        live += await company.leads()
        await company.lets_pass(timedelta(seconds=dice.choice((0, 7, 90_000, 700_000))))
    live += await company.leads()
    return live


def day_keeper(company: Company) -> DayKeeper:
    return DayKeeper(Crowds(company.store, company.ctx, company.clock))


async def truth(company: Company) -> Truth:
    """Check all scores as the nightly duty does."""
    return await day_keeper(company).check()


async def truth_of_parts(parts: Parts) -> Truth:
    """Check all scores of a running service."""
    return await DayKeeper(Crowds(parts.store, parts.context, parts.clock)).check()
