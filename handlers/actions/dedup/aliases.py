"""Other names of companies: said by managers and operators, in force for who is there already."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from domain.matching.company import company_key, refuse_alias
from domain.matching.profile import COMPANY
from domain.messages import Timer
from domain.outcomes import PersonDescribed
from domain.values import PersonId, Refusal
from storage.repositories.aliases import CompanyAliases, SaidAlias, people_of_brands

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

#: Kind of the timers that look for twins anew, some people at a time.
ALIAS_TIMER = "aliases_changed"
NO_SUCH_ALIAS = "no_such_alias"
ALIAS_IN_FILE = "alias_in_file"
#: People in one transaction.
CHUNK = 100
#: A process that did not know of the change may have stored people by the old name; its
#: transaction is over by then.
_ONCE_MORE_AFTER = timedelta(minutes=2)
_BETWEEN = "\n"


async def add_aliases(
    work: UnitOfWork, ctx: Context, company: str, names: Sequence[str], by: str
) -> Refusal | None:
    """Let names mean a company from now on, all of them or none; people are looked at again soon.

    Refusals: those of :func:`domain.matching.company.refuse_alias`.
    """
    aliases = CompanyAliases(work.tx)
    await aliases.lock()
    await ctx.aliases.refresh(work.tx)
    known = ctx.dedup.aliases
    for name in names:
        if refusal := refuse_alias(known, company, name):
            return refusal
        known = known.also([(company, name)])
    for name in names:
        await aliases.add(work.ids, SaidAlias(company, name, by, work.now))
    _look_soon(work, {company_key(name).brand for name in names})
    return None


async def remove_alias(work: UnitOfWork, ctx: Context, name: str, by: str) -> Refusal | None:
    """Let a name mean nobody else any more. Who was merged stays merged.

    Refusals: ``no_such_alias``; ``alias_in_file`` (it stands in the table ``dedup.toml``).
    """
    aliases = CompanyAliases(work.tx)
    await aliases.lock()
    await ctx.aliases.refresh(work.tx)
    wanted = company_key(name).brand
    meant = ctx.dedup.aliases.key(name).brand
    same = [one.alias for one in ctx.aliases.said if company_key(one.alias).brand == wanted]
    if not same:
        is_in_file = ctx.catalog.dedup.aliases.key(name).brand != wanted
        return Refusal(ALIAS_IN_FILE if is_in_file else NO_SUCH_ALIAS)
    await aliases.end(same, by, work.now)
    _look_soon(work, {meant, wanted})
    return None


def _look_soon(work: UnitOfWork, brands: Iterable[str]) -> None:
    """Let people of these brands be compared anew: now, and once more a little later."""
    cause = work.ids.next()
    for number, delay in enumerate((timedelta(0), _ONCE_MORE_AFTER)):
        payload = (("brands", _BETWEEN.join(sorted(brands))), ("after", "0"))
        key = f"{ALIAS_TIMER}:{cause}:{number}"
        work.set_timer(Timer(ALIAS_TIMER, cause, work.now + delay, key, payload))


async def look_again(work: UnitOfWork, brands: str, after: PersonId, cause: str) -> int:
    """Let people of some brands be compared anew when the unit of work settles.

    Goes on by a timer; returns how many are looked at.
    """
    people = await people_of_brands(work.tx, brands.split(_BETWEEN), after, CHUNK)
    await work.load_people(people)
    for person_id in people:
        work.happened(PersonDescribed(person_id, (COMPANY,)))
    if len(people) == CHUNK:
        last = people[-1]
        payload = (("brands", brands), ("after", str(last)))
        key = f"{ALIAS_TIMER}:{cause}:{last}"
        work.set_timer(Timer(ALIAS_TIMER, last, work.now, key, payload))
    return len(people)
