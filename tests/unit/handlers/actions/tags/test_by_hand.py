"""Lists of people under one tag, and tags across a merge."""

from __future__ import annotations

from domain.tags.tagging import TagSource
from domain.values import ContactKey, IdentityKind, Refusal
from handlers.actions.tags.by_hand import Applied, PutBy, TagList, apply_tag_list
from tests.unit.handlers import acts
from tests.unit.handlers.company import Company


async def applied(company: Company, name: str, *keys: ContactKey) -> Applied | Refusal:
    async with company.store.unit_of_work(company.clock.now()) as work:
        tag_list = TagList(name, keys, PutBy(TagSource.LIST, "双十一名单"))
        done = await apply_tag_list(work, company.ctx, tag_list)
        await work.commit()
    return done


async def test_a_list_tags_whom_it_knows_and_names_the_others(company: Company) -> None:
    await company.receives(acts.added(acts.ZHANG_SAN), acts.added(acts.LI_SI))
    nobody = ContactKey(IdentityKind.UID, "shop:77")
    keys = (acts.external(), nobody, acts.external(acts.LI_SI), acts.external())
    assert await applied(company, "双十一", *keys) == Applied(2, 2, (1,))
    assert await applied(company, "双十一", *keys) == Applied(2, 0, (1,))
    rows = await company.rows(
        "select distinct name, source, actor from tagging where source <> 'rule'"
    )
    assert [tuple(row) for row in rows] == [("双十一", "list", "双十一名单")]
    assert len(await company.rows("select * from tag_change where source = 'list'")) == 2


async def test_a_list_without_a_name_is_refused_whole(company: Company) -> None:
    await company.receives(acts.added(acts.ZHANG_SAN))
    refused = await applied(company, " ", acts.external())
    assert isinstance(refused, Refusal)
    assert await company.rows("select * from tagging where source <> 'rule'") == []


async def test_the_tags_of_both_stand_after_a_merge(company: Company) -> None:
    await company.receives(
        acts.added(acts.ZHANG_SAN), acts.followed(), acts.fetched(unionid="union1")
    )
    await applied(company, "展会", acts.external())
    await applied(company, "公众号", acts.openid())
    await company.receives(acts.follower_fetched("union1"))
    async with company.store.unit_of_work(company.clock.now()) as work:
        await work.load([acts.external()])
        holder = work.people.holder(acts.external())
        assert holder is not None
        has = work.tags_of(holder.id)
        assert {n for n, t in has.items() if t.source is TagSource.LIST} == {"展会", "公众号"}
