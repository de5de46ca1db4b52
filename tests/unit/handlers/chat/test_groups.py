"""Customer groups: whoever joins from outside is a lead, once per stay."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

import handlers.updates as u
from domain.lead import Stage
from domain.values import UserId
from handlers.updates.fetched import GroupMember
from storage.moments import to_micros
from tests.factories import NOW
from tests.unit.handlers import acts
from tests.unit.handlers.company import Company, changed

HOUR = timedelta(hours=1)
GROUP = "wrclewtest0000000000000000000001"


def joined(*members: str, at: datetime = NOW) -> u.GroupMembersJoined:
    return u.GroupMembersJoined(chat_id=GROUP, members=members, **acts.common(at))


def listed(*members: GroupMember, name: str = "家长群", at: datetime = NOW) -> u.GroupChatFetched:
    return u.GroupChatFetched(
        asked=GROUP,
        account="",
        generation=to_micros(at),
        chat_id=GROUP,
        name=name,
        owner=UserId("LiLei"),
        members=members,
        **acts.common(at),
    )


def member(external_userid: str, at: datetime = NOW, **fields: str) -> GroupMember:
    return GroupMember(external_userid, is_outside=True, joined_at=at, **fields)  # type: ignore[arg-type]


async def test_who_joins_from_outside_is_a_lead_of_the_group(company: Company) -> None:
    await company.receives(joined(acts.ZHANG_SAN, "HanMeimei"))
    lead = await company.lead()
    assert lead.first_touch is not None
    assert (lead.first_touch.channel, lead.first_touch.state) == ("group", GROUP)
    (event,) = await company.events("group_joined")
    assert event.properties == {"chat_id": GROUP}
    (fetch,) = await company.rows("select kind, subject from platform_fetch")
    assert (fetch["kind"], fetch["subject"]) == ("group_chat", GROUP)


async def test_event_and_member_list_tell_of_one_joining(company: Company) -> None:
    await company.receives(joined(acts.ZHANG_SAN))
    for _ in range(2):
        await company.receives(listed(member(acts.ZHANG_SAN, name="张三")))
    assert len(await company.events("group_joined")) == 1
    assert (await company.person(acts.external())).name == "张三"


async def test_whoever_joins_again_has_joined_twice(company: Company) -> None:
    await company.receives(joined(acts.ZHANG_SAN))
    left = u.GroupMembersLeft(chat_id=GROUP, members=(acts.ZHANG_SAN,), **acts.common(NOW + HOUR))
    await company.receives(left, joined(acts.ZHANG_SAN, at=NOW + 2 * HOUR))
    assert [k for k in await company.kinds() if k.startswith("group")] == [
        "group_joined",
        "group_left",
        "group_joined",
    ]


async def test_members_are_known_by_their_open_platform_account_too(company: Company) -> None:
    await company.receives(acts.followed(), acts.follower_fetched("un1"))
    await company.receives(listed(member(acts.ZHANG_SAN, unionid="un1")))
    assert (await company.person(acts.external())).id == (await company.person(acts.openid())).id


async def test_employees_in_the_list_are_no_leads(company: Company) -> None:
    await company.receives(listed(GroupMember("HanMeimei", is_outside=False), member(acts.LI_SI)))
    assert len(await company.leads()) == 1


async def test_reading_the_list_again_opens_no_new_lead_for_an_invalid_one(
    company: Company,
) -> None:
    await company.receives(listed(member(acts.ZHANG_SAN)))
    await changed(company, (await company.lead()).id, stage=Stage.INVALID)
    await company.receives(listed(member(acts.ZHANG_SAN), member(acts.LI_SI), at=NOW + HOUR))
    zhang_san, li_si = await company.leads()
    assert (zhang_san.stage, li_si.stage) == (Stage.INVALID, Stage.NURTURE_POOL)
    await company.receives(joined(acts.ZHANG_SAN, at=NOW + 2 * HOUR))
    assert len(await company.leads()) == 3, "joining anew is a new chance"


@pytest.mark.parametrize("kind", [u.GroupCreated, u.GroupChanged])
async def test_a_group_that_changed_is_asked_for(company: Company, kind: type) -> None:
    extra = {"detail": "name"} if kind is u.GroupChanged else {}
    await company.receives(kind(chat_id=GROUP, **extra, **acts.common()))
    assert await company.count("platform_fetch") == 1


async def test_an_older_list_does_not_rename_a_group(company: Company) -> None:
    await company.receives(listed(name="新名字", at=NOW + HOUR), listed(name="旧名字"))
    (row,) = await company.rows("select name, is_dismissed from customer_group")
    assert (row["name"], bool(row["is_dismissed"])) == ("新名字", False)


async def test_a_dismissed_group_keeps_its_name(company: Company) -> None:
    await company.receives(listed())
    await company.receives(u.GroupDismissed(chat_id=GROUP, **acts.common(NOW + HOUR)))
    (row,) = await company.rows("select name, is_dismissed from customer_group")
    assert (row["name"], bool(row["is_dismissed"])) == ("家长群", True)
