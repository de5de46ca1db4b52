"""The rules in force follow the database, and nothing that was rolled back."""

from __future__ import annotations

from handlers.reactions import settle
from storage.repositories.rules import Draft
from tests.unit.handlers.chat.test_rules import FILE, SEED, seeded
from tests.unit.handlers.company import Company, new_process


async def in_force(company: Company) -> tuple[int, str]:
    """Return the number and the name of the rules after another unit of work."""
    async with company.store.unit_of_work(company.clock.now()) as work:
        await settle(work, company.ctx)
        await work.commit()
    return company.ctx.rules.version, company.ctx.rules.whole.name


async def publishes(company: Company, name: str, *, is_kept: bool) -> None:
    """Put rules in force, of which the process hears before the end of the transaction."""
    text = SEED[FILE].replace('name = "默认评分"', f'name = "{name}"')
    async with company.store.unit_of_work(company.clock.now()) as work:
        draft = Draft(name, {**SEED, FILE: text}, company.ctx.rulebook.reader.frame, "cli")
        number = await work.rules.add(draft, work.now)
        await work.rules.publish(number, "cli", work.now)
        await settle(work, company.ctx)
        if is_kept:
            await work.commit()


async def test_a_publication_that_was_rolled_back_is_not_in_force(company: Company) -> None:
    await publishes(company, "幻影评分", is_kept=False)
    assert await in_force(company) == (company.ctx.catalog.rules.version, "默认评分")
    await seeded(company)
    assert await in_force(company) == (1, "默认评分")
    await publishes(company, "幻影评分", is_kept=False)
    assert await in_force(company) == (1, "默认评分")
    await publishes(company, "宽松评分", is_kept=True)
    assert await in_force(company) == (2, "宽松评分")


async def test_another_process_may_publish_under_the_number_that_was_rolled_back(
    company: Company,
) -> None:
    await seeded(company)
    await publishes(company, "幻影评分", is_kept=False)
    other = Company(company.store, company.clock, new_process())
    await publishes(other, "宽松评分", is_kept=True)
    assert await in_force(company) == (2, "宽松评分")
