from __future__ import annotations

import pytest

from domain.chat.command import CommandName, read_command


@pytest.mark.parametrize(
    ("typed", "name", "who", "removes"),
    [
        ("黑名单", "black", "", False),
        ("看看红名单", "red", "", False),
        ("黑名单有谁", "black", "", False),
        ("拉黑 13900139000", "black", "13900139000", False),
        ("拉黑13900139000", "black", "13900139000", False),
        ("拉黑张三", "black", "张三", False),
        ("加入黑名单 张三", "black", "张三", False),
        ("加入红名单：boss@peer.cn", "red", "boss@peer.cn", False),
        ("加红名单 张三吧", "red", "张三", False),
        ("加入勿扰名单 张三", "red", "张三", False),
        ("把张三拉黑了", "black", "张三", False),
        ("把张三加入红名单", "red", "张三", False),
        ("移出黑名单 13900139000", "black", "13900139000", True),
        ("从黑名单移除 张三", "black", "张三", True),
        ("取消拉黑 张三", "black", "张三", True),
        ("解除拉黑张三", "black", "张三", True),
        ("把张三移出红名单", "red", "张三", True),
        ("移出红名单", "red", "", True),
    ],
)
def test_a_list_of_people_is_changed_or_looked_at(
    typed: str, name: str, who: str, *, removes: bool
) -> None:
    command = read_command(typed)
    assert command is not None
    assert command.name is CommandName.LISTED
    found = command.arguments
    assert (found.tag, found.lead, found.remove) == (name, who, removes)


@pytest.mark.parametrize(
    "typed",
    [
        "张三说再打就拉黑我们",
        "客户把我拉黑了吗",
        "隔离名单",
        "上传名单",
        "他在黑名单里吗",
        "跟进 张三 说已经把别家拉黑",
    ],
)
def test_talk_about_lists_changes_none(typed: str) -> None:
    command = read_command(typed)
    assert command is None or command.name is not CommandName.LISTED
