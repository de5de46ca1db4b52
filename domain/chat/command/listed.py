"""Commands about the black and the red list: put somebody on it, take them off, look at it."""

from __future__ import annotations

import re

from domain.chat.command.model import Arguments
from domain.chat.command.model import CommandName as N

BLACK, RED = "black", "red"
_LISTS = {"黑名单": BLACK, "红名单": RED, "勿扰名单": RED}
_LIST = r"(?P<list>黑名单|红名单|勿扰名单)"
_WHO = r"[\s:,]*(?P<who>\S.*)?"
#: Each form with whether it takes somebody off.
_FORMS = (
    (rf"(?:移出|移除|去掉|取消|解除|从)\s?{_LIST}(?:移出|移除|去掉|删除)?{_WHO}", True),
    (rf"(?:取消|解除)拉黑{_WHO}", True),
    (rf"(?:加入|加到|加进|拉入|拉进|放进|添加到?|加)\s?{_LIST}{_WHO}", False),
    (rf"(?:查看|看看?)?\s?{_LIST}(?:列表|有谁)?", False),
    (rf"拉黑{_WHO}", False),
    (rf"(?:把|将)(?P<who>\S.{{0,30}}?)(?:移出|移除)\s?{_LIST}", True),
    (rf"(?:把|将)(?P<who>\S.{{0,30}}?)(?:加入|加到|加进|拉入|拉进|放进)\s?{_LIST}", False),
    (r"(?:把|将)(?P<who>\S.{0,30}?)(?:给)?拉黑", False),
)
_READ = tuple((re.compile(form), is_removal) for form, is_removal in _FORMS)
_END = re.compile(r"(?:一下|吧|了|呢|[\s!.。])+$")


def read_listed(text: str) -> tuple[N, Arguments] | None:
    """Return the command about a list of people that folded ``text`` gives, or None.

    ``tag`` is the list, ``lead`` whom it is about; without anybody the list is meant.
    """
    bare = _END.sub("", text)
    for form, is_removal in _READ:
        if found := form.fullmatch(bare):
            parts = found.groupdict()
            name = _LISTS.get(parts.get("list") or "", BLACK)
            who = parts.get("who") or ""
            return N.LISTED, Arguments(lead=who, tag=name, remove=is_removal)
    return None
