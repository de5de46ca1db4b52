"""Customers of reps: welcomed, asked about, related to reps, lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

import handlers.updates as u
from domain.messages import Endpoint, Welcome
from domain.person import RelationState, Source
from domain.values import IdentityKind, UserId
from handlers.updates.fetched import Follower
from storage.moments import to_micros
from tests.factories import NOW
from tests.unit.handlers import acts
from tests.unit.handlers.company import LI_LEI, Company

HOUR = timedelta(hours=1)


def follower(rep: str = "LiLei", **fields: object) -> Follower:
    return Follower(UserId(rep), created_at=NOW, **fields)  # type: ignore[arg-type]


# ------------------------------------------------------------------ added


async def test_an_added_customer_is_a_lead_with_channel_and_relation(company: Company) -> None:
    await company.receives(acts.added(state="expo2026_b7"))
    lead = await company.lead()
    assert lead.first_touch is not None
    assert (lead.first_touch.channel, lead.first_touch.state) == ("expo", "expo2026_b7")
    (relation,) = (await company.person(acts.external())).relations
    assert (relation.userid, relation.state) == (LI_LEI, RelationState.FRIEND)
    (event,) = await company.events("contact_added")
    assert event.properties == {"userid": LI_LEI, "channel": "expo"}


async def test_half_a_friend_is_noted_as_such_even_when_the_follower_list_comes(
    company: Company,
) -> None:
    await company.receives(acts.added(is_half=True))
    await company.receives(acts.fetched(followers=(follower(),)))
    (relation,) = (await company.person(acts.external())).relations
    assert relation.state is RelationState.HALF
    assert await company.events("contact_added") == []


async def test_the_welcome_names_the_rep_and_fits_the_channel(company: Company) -> None:
    await company.receives(acts.added(state="expo_1", welcome_code="CODE"))
    (sent,) = await company.sent(acts.ZHANG_SAN)
    assert isinstance(sent.body, Welcome)
    assert sent.endpoint is Endpoint.WELCOME
    assert sent.body.code == "CODE"
    assert "李雷" in sent.body.text
    assert "展会" in sent.body.text
    assert sent.expires_at == NOW + timedelta(seconds=20)


async def test_a_rep_we_do_not_know_is_welcomed_for_politely(company: Company) -> None:
    await company.receives(acts.added(rep="Nobody", welcome_code="CODE"))
    (sent,) = await company.sent(acts.ZHANG_SAN)
    assert isinstance(sent.body, Welcome)
    assert "课程顾问" in sent.body.text
    assert "{rep}" not in sent.body.text


async def test_without_a_code_nobody_is_welcomed(company: Company) -> None:
    await company.receives(acts.added())
    assert await company.sent() == []


async def test_the_same_welcome_goes_out_once(company: Company) -> None:
    await company.receives(acts.added(welcome_code="CODE"), acts.added(welcome_code="CODE"))
    assert len(await company.sent(acts.ZHANG_SAN)) == 1


async def test_an_edited_customer_is_asked_for_again(company: Company) -> None:
    await company.receives(acts.added())
    edited = u.CustomerEdited(
        userid=LI_LEI, external_userid=acts.ZHANG_SAN, **acts.common(NOW + HOUR)
    )
    await company.receives(edited)
    (fetch,) = await company.rows("select kind, subject, generation from platform_fetch")
    assert (fetch["kind"], fetch["subject"]) == ("external_contact", acts.ZHANG_SAN)
    assert fetch["generation"] == to_micros(NOW + HOUR)


async def test_a_failed_transfer_is_looked_into(company: Company) -> None:
    failed = u.TransferFailed(
        userid=LI_LEI, external_userid=acts.ZHANG_SAN, reason="refused", **acts.common()
    )
    await company.receives(failed)
    assert await company.count("platform_fetch") == 1
    assert await company.count("lead") == 0


# ------------------------------------------------------------------ deleted


@pytest.mark.parametrize(
    ("by_transfer", "state"),
    [(False, RelationState.DELETED_BY_REP), (True, RelationState.TRANSFERRED)],
)
async def test_a_customer_whom_the_rep_let_go(
    company: Company, state: RelationState, *, by_transfer: bool
) -> None:
    await company.receives(acts.added())
    gone = u.CustomerDeletedByRep(
        userid=LI_LEI,
        external_userid=acts.ZHANG_SAN,
        by_transfer=by_transfer,
        **acts.common(NOW + HOUR),
    )
    await company.receives(gone)
    (relation,) = (await company.person(acts.external())).relations
    assert relation.state is state
    assert len(await company.events("contact_deleted_by_rep")) == 1


async def test_a_transfer_is_an_event_that_says_who_lost_the_customer(company: Company) -> None:
    await company.receives(acts.added())
    lost = u.CustomerDeletedByRep(
        userid=LI_LEI, external_userid=acts.ZHANG_SAN, by_transfer=True, **acts.common(NOW + HOUR)
    )
    await company.receives(lost, lost)
    (event,) = await company.events("contact_transferred")
    assert (event.event_at, event.properties) == (NOW + HOUR, {"from": LI_LEI})


async def test_a_customer_let_go_by_hand_was_not_transferred(company: Company) -> None:
    gone = u.CustomerDeletedByRep(
        userid=LI_LEI, external_userid=acts.ZHANG_SAN, **acts.common(NOW + HOUR)
    )
    await company.receives(gone)
    assert await company.events("contact_transferred") == []


async def test_late_news_of_an_earlier_friendship_do_not_undo_the_loss(company: Company) -> None:
    await company.receives(acts.deleted_rep(at=NOW + HOUR), acts.added(at=NOW))
    (relation,) = (await company.person(acts.external())).relations
    assert relation.state is RelationState.DELETED_BY_CUSTOMER
    assert relation.since == NOW


# ------------------------------------------------------------------ fetched


async def test_a_fetched_contact_brings_name_and_remark(company: Company) -> None:
    await company.receives(acts.added())
    for remark in ("张三", "张三 三年级"):
        await company.receives(acts.fetched(name="三哥", followers=(follower(remark=remark),)))
    person = await company.person(acts.external())
    assert person.name == "三哥"
    assert [relation.remark for relation in person.relations] == ["张三 三年级"]


async def test_a_phone_in_the_remark_is_claimed_by_a_human(company: Company) -> None:
    remark = follower(remark_mobiles=("139 0000 1234", "12345"))
    await company.receives(acts.added())
    before = (await company.lead()).score.static
    await company.receives(acts.fetched(followers=(remark,)))
    person = await company.person(acts.phone())
    (identity,) = [i for i in person.identities if i.key.kind is IdentityKind.PHONE]
    assert (identity.is_verified, identity.source) == (False, Source.HUMAN)
    assert (await company.lead()).score.static > before
    assert len(await company.events("lead_enriched")) == 1
    await company.receives(acts.fetched(followers=(remark,)))
    assert len(await company.events("lead_enriched")) == 1, "nothing new the second time"


async def test_a_contact_of_before_clew_becomes_a_lead(company: Company) -> None:
    await company.receives(acts.fetched(name="张三", followers=(follower(),)))
    lead = await company.lead()
    assert (lead.first_touch, lead.last_touch) == (None, None)


async def test_two_reps_of_one_customer_are_one_lead(company: Company) -> None:
    await company.receives(acts.added(), acts.added(rep="HanMeimei", at=NOW + HOUR))
    person = await company.person(acts.external())
    assert {relation.userid for relation in person.relations} == {"LiLei", "HanMeimei"}
    assert len(await company.leads()) == 1
