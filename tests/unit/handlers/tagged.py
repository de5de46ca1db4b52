"""Events of the customer's own product, and the computed tags that come of them."""

from __future__ import annotations

from datetime import datetime
from itertools import count

from domain.values import PersonId
from handlers.actions.record import Occurrence, record
from handlers.reactions import settle
from tests.unit.handlers import acts
from tests.unit.handlers.company import Company

Did = tuple[str, dict[str, str | float | bool]]
_numbers = count(1)


async def did(
    company: Company, *what: Did, customer: str = acts.ZHANG_SAN, at: datetime | None = None
) -> None:
    """Let a known customer do things, as one batch."""
    moment = at or company.clock.now()
    async with company.store.unit_of_work(company.clock.now()) as work:
        await work.load([acts.external(customer)])
        person = work.people.holder(acts.external(customer))
        assert person is not None
        for kind, properties in what:
            key = f"product:{next(_numbers)}"
            record(work, company.ctx, person.id, Occurrence(kind, moment, key, 0, properties))
        await settle(work, company.ctx)
        await work.commit()


def paid(amount: float, category: str = "数学") -> Did:
    return ("pay_order", {"amount": amount, "category": category})


async def computed(company: Company, customer: str = acts.ZHANG_SAN) -> dict[str, object]:
    """Return the computed tags of a customer, and whoever they were found to be."""
    async with company.store.unit_of_work(company.clock.now()) as work:
        await work.load([acts.external(customer)])
        person = work.people.holder(acts.external(customer))
        assert person is not None
        return {n: t.value for n, t in work.tags_of(person.id).items() if t.source == "rule"}


async def root_of(company: Company, customer: str = acts.ZHANG_SAN) -> PersonId:
    return (await company.person(acts.external(customer))).root_id
