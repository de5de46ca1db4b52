"""The corp's tag library (fact sheet 3.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.bot.simulator.seeded import TAG_HIGH, TAG_LOW

if TYPE_CHECKING:
    from tests.unit.bot.simulator.platform_caller import PlatformCaller

LIST = "externalcontact/get_corp_tag_list"
ADD = "externalcontact/add_corp_tag"


def names(answer: dict[str, Any]) -> list[str]:
    return [tag["name"] for group in answer["tag_group"] for tag in group["tag"]]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, ["高意向", "低意向"]),
        ({"tag_id": [TAG_LOW]}, ["低意向"]),
        ({"group_id": ["etClewDemoIntent"], "tag_id": [TAG_LOW]}, ["高意向", "低意向"]),
        ({"tag_id": ["etInvented"]}, []),
    ],
)
async def test_list_is_narrowed_by_tag_or_group(
    api: PlatformCaller, body: dict[str, Any], expected: list[str]
) -> None:
    assert names(await api.post(LIST, body)) == expected


async def test_tags_are_added_to_a_group_by_name_or_id(api: PlatformCaller) -> None:
    answer = await api.post(ADD, {"group_name": "等级", "tag": [{"name": "A"}, {"name": "B"}]})
    group = answer["tag_group"]
    assert [tag["name"] for tag in group["tag"]] == ["A", "B"]
    more = {"group_id": group["group_id"], "tag": [{"name": "C"}]}
    assert (await api.post(ADD, more))["errcode"] == 0
    same_name = {"group_name": "意向", "tag": [{"name": "中意向"}]}
    assert (await api.post(ADD, same_name))["tag_group"]["group_id"] == "etClewDemoIntent"
    assert names(await api.post(LIST, {})) == ["高意向", "低意向", "中意向", "A", "B", "C"]
    assert TAG_HIGH not in {tag["id"] for tag in group["tag"]}


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({"group_name": "意向", "tag": [{"name": "高意向"}]}, 40071),
        ({"group_name": "新", "tag": [{"name": "甲"}, {"name": "甲"}]}, 40071),
        ({"group_name": "新", "tag": []}, 40058),
        ({"group_name": "新", "tag": [{"name": "长" * 31}]}, 40058),
        ({"tag": [{"name": "甲"}]}, 40058),
        ({"group_id": "egInvented", "tag": [{"name": "甲"}]}, 40068),
    ],
)
async def test_wrong_tag_is_refused(
    api: PlatformCaller, body: dict[str, Any], errcode: int
) -> None:
    assert (await api.post(ADD, body))["errcode"] == errcode
    assert names(await api.post(LIST, {})) == ["高意向", "低意向"]
