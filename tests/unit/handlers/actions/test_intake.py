"""Who came in, what is known of them, which lead they have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import count
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.channels.attribution import Origin
from domain.events.event import Event
from domain.identity.keys import Claim
from domain.lead import Lead, Stage
from domain.person import Attribute, Source
from domain.values import PLATFORM_KINDS, ContactKey, IdentityKind
from handlers.actions.intake import call, learn, open_lead, recognise
from storage.unit_of_work import UnitOfWork
from tests.factories import NOW
from tests.unit.handlers import acts
from tests.unit.handlers.company import Company, changed

HOUR = timedelta(hours=1)
KEYS = (
    (IdentityKind.EXTERNAL_USERID, "w1"),
    (IdentityKind.EXTERNAL_USERID, "w2"),
    (IdentityKind.OPENID, "o1"),
    (IdentityKind.UNIONID, "u1"),
    (IdentityKind.PHONE, "p1"),
    (IdentityKind.PHONE, "p2"),
    (IdentityKind.EMAIL, "e1"),
)
Groups = frozenset[frozenset[ContactKey]]
sightings = st.lists(st.sets(st.sampled_from(KEYS), min_size=1, max_size=3), min_size=1, max_size=6)
_examples = count(1)


def keys_of(found: Iterable[tuple[IdentityKind, str]], mark: str) -> list[ContactKey]:
    return [ContactKey(kind, f"{mark}{value}") for kind, value in sorted(found)]


def claims(keys: Iterable[ContactKey]) -> list[Claim]:
    return [Claim(key, key.kind in PLATFORM_KINDS, Source.TEXT, NOW) for key in keys]


def linked(links: Iterable[Sequence[ContactKey]]) -> Groups:
    """Return which keys belong together when every link joins its keys: the oracle."""
    groups: list[set[ContactKey]] = []
    for link in links:
        touching = [group for group in groups if group & set(link)]
        groups = [group for group in groups if not group & set(link)]
        groups.append(set(link).union(*touching))
    return frozenset(map(frozenset, groups))


async def groups_of(company: Company, keys: Iterable[ContactKey]) -> Groups:
    """Return which keys lead to the same person."""
    async with company.store.unit_of_work(company.clock.now()) as work:
        wanted = list(keys)
        await work.load(wanted)
        found: dict[int, set[ContactKey]] = {}
        for key in wanted:
            holder = work.people.holder(key)
            assert holder is not None
            found.setdefault(holder.root_id, set()).add(key)
    return frozenset(map(frozenset, found.values()))


def only(kinds: frozenset[IdentityKind], groups: Groups) -> Groups:
    """Return the groups with only the keys of certain kinds left in them."""
    left = (frozenset(key for key in group if key.kind in kinds) for group in groups)
    return frozenset(filter(None, left))


async def recognised(company: Company, batches: Sequence[Sequence[Sequence[ContactKey]]]) -> None:
    for batch in batches:
        async with company.store.unit_of_work(company.clock.now()) as work:
            for keys in batch:
                await recognise(work, claims(keys))
            await work.commit()


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(found=sightings, random=st.randoms(use_true_random=False))
async def test_the_same_claims_in_any_order_and_batching_give_the_same_persons(
    company: Company, found: list[set[tuple[IdentityKind, str]]], random: Random
) -> None:
    mark = f"{next(_examples)}-"
    together = [keys_of(one, f"a{mark}") for one in found]
    shuffled = [keys_of(one, f"b{mark}") for one in found]
    random.shuffle(shuffled)
    await recognised(company, [together])
    await recognised(company, [[one] for one in shuffled])

    for sights in (together, shuffled):
        everything = linked(sights)
        proofs = linked(
            link for keys in sights if (link := [k for k in keys if k.kind in PLATFORM_KINDS])
        )
        persons = await groups_of(company, {key for keys in sights for key in keys})
        assert only(PLATFORM_KINDS, persons) == proofs, "only proofs join proven persons"
        if len(only(PLATFORM_KINDS, everything)) == len(proofs):
            assert persons == everything, "without a conflict equal is equal"


async def test_a_phone_of_another_proven_person_goes_to_review_not_to_a_merge(
    company: Company,
) -> None:
    await company.receives(acts.wrote(f"我电话 {acts.PHONE}"))
    await company.receives(acts.wrote(f"电话{acts.PHONE}", acts.LI_SI))

    first = await company.person(acts.external())
    second = await company.person(acts.external(acts.LI_SI))
    assert first.id != second.id
    assert (await company.person(acts.phone())).id == first.id
    assert second.key_of(IdentityKind.PHONE) is None
    (review,) = await company.rows("select * from review")
    assert {review["person_id"], review["other_id"]} == {first.id, second.id}
    assert (review["reason"], review["state"]) == ("shared_claim", "open")
    assert await company.count("merge_link") == 0


async def test_a_doubt_is_put_to_a_human_once(company: Company) -> None:
    await company.receives(acts.wrote(f"我电话 {acts.PHONE}"))
    for _ in range(2):
        await company.receives(acts.wrote(f"电话{acts.PHONE}", acts.LI_SI))
    assert await company.count("review") == 1


async def test_a_phone_that_a_merged_person_brought_proves_nothing_either(
    company: Company,
) -> None:
    """The listed one is the root of the first customer's group, and holds the phone."""
    await recognised(company, [[[acts.phone()]]])
    await company.receives(acts.wrote(f"我电话 {acts.PHONE}"))
    await company.receives(acts.wrote(f"电话{acts.PHONE}", acts.LI_SI))

    first = await company.person(acts.external())
    assert (await company.person(acts.phone())).id == first.id
    assert (await company.person(acts.external(acts.LI_SI))).id != first.id
    assert await company.count("review") == 1


async def test_a_new_proven_person_with_a_known_phone_is_somebody_else(company: Company) -> None:
    await recognised(company, [[[acts.external(), acts.phone()]]])
    await recognised(company, [[[acts.external(acts.LI_SI), acts.phone()]]])
    persons = await groups_of(company, [acts.external(), acts.external(acts.LI_SI), acts.phone()])
    assert persons == {
        frozenset({acts.external(), acts.phone()}),
        frozenset({acts.external(acts.LI_SI)}),
    }
    assert await company.count("review") == 1


# ------------------------------------------------------------------ facts


async def known(company: Company) -> None:
    await company.receives(acts.added())


async def test_facts_that_stand_are_told_those_that_fall_are_not(company: Company) -> None:
    await known(company)
    async with company.store.unit_of_work(NOW) as work:
        await work.load([acts.external()])
        person = work.people.holder(acts.external())
        assert person is not None
        entered = Attribute("上海", Source.HUMAN, NOW)
        assert learn(work, person, {"city": entered}) == ("city",)
        guessed = Attribute("北京", Source.TEXT, NOW + HOUR)
        assert learn(work, person, {"city": guessed}) == ()
        again = Attribute("上海", Source.HUMAN, NOW + HOUR)
        assert learn(work, person, {"city": again}) == (), "no new value"
        call(work, person, "", Source.PLATFORM, NOW)
        assert work.people.whole(person.id).name == ""


# ------------------------------------------------------------------ leads


async def opened(
    company: Company, state: str, hours: int, origin: Origin = Origin.WECOM_STATE
) -> Lead:
    async with company.store.unit_of_work(company.clock.now()) as work:
        await work.load([acts.external()])
        person = work.people.holder(acts.external())
        assert person is not None
        touch = company.ctx.catalog.attribution.touch(origin, state, NOW + hours * HOUR)
        lead = open_lead(work, company.ctx, person, touch)
        await work.commit()
    return lead


async def test_first_and_last_touch_go_by_event_time(company: Company) -> None:
    await company.receives(acts.added(state="book_1", at=NOW + HOUR))
    await opened(company, "expo_1", 0)
    lead = await opened(company, "refer_1", 2)

    assert (await company.lead()).id == lead.id
    assert lead.first_touch is not None
    assert lead.last_touch is not None
    assert (lead.first_touch.channel, lead.last_touch.channel) == ("expo", "referral")
    assert lead.created_at == NOW


async def test_whoever_comes_again_after_an_invalid_lead_is_a_new_chance(
    company: Company,
) -> None:
    await known(company)
    first = await company.lead()
    await changed(company, first.id, stage=Stage.INVALID)
    await company.receives(acts.wrote("你好", at=NOW + HOUR))

    _, second = await company.leads()
    assert (second.cycle, second.person_id) == (2, first.person_id)
    assert second.stage is Stage.NURTURE_POOL


async def test_a_new_lead_is_told_once_and_waits_in_the_nurture_pool(company: Company) -> None:
    await company.receives(acts.added(), acts.wrote("你好"))
    lead = await company.lead()
    assert (lead.stage, lead.pool, lead.owner) == (Stage.NURTURE_POOL, "nurture", None)
    stages = [event.properties["to"] for event in await company.events("stage_changed")]
    assert stages == ["screening", "nurture_pool"]
    assert len(await company.events("lead_created")) == 1


@pytest.mark.parametrize("state", [Stage.INVALID, Stage.NURTURE_POOL])
async def test_reading_a_contact_again_opens_no_lead(company: Company, state: Stage) -> None:
    await known(company)
    await changed(company, (await company.lead()).id, stage=state)
    await company.receives(acts.fetched(name="张三"))
    assert len(await company.leads()) == 1


async def test_reading_a_contact_whose_lead_has_another_product_line_opens_none(
    company: Company,
) -> None:
    await known(company)
    async with company.store.database.write() as tx:
        await tx.execute("update lead set product_line = 'camps'")
    await company.receives(acts.fetched(name="张三"))
    assert len(await company.leads()) == 1


async def test_events_stay_with_the_person_as_they_came_in(company: Company) -> None:
    await company.receives(acts.followed(), acts.added(at=NOW + HOUR))
    await company.receives(acts.follower_fetched("un1"), acts.fetched(unionid="un1"))
    follower, customer = await holders(company)
    assert follower != customer
    await company.receives(acts.mp_wrote("你好"), acts.wrote("你好"))

    def brought_by(person_id: int, events: Iterable[Event]) -> set[str]:
        return {e.kind for e in events if e.person_id == person_id and e.kind.endswith("message")}

    events = await company.events()
    assert brought_by(follower, events) == {"mp_message"}
    assert brought_by(customer, events) == {"kf_message"}


async def holders(company: Company) -> tuple[int, int]:
    async with company.store.unit_of_work(NOW) as work:
        return await held(work, acts.openid()), await held(work, acts.external())


async def held(work: UnitOfWork, key: ContactKey) -> int:
    await work.load([key])
    person = work.people.holder(key)
    assert person is not None
    return person.id
