from __future__ import annotations

import pytest

from domain.chat.command import CommandName, read_command
from domain.chat.command.aliases import AliasesAsked, aliases_asked

FULL = "北京纷扬科技有限公司"


@pytest.mark.parametrize(
    ("text", "company", "names"),
    [
        ("", "", ()),
        (FULL, FULL, ()),
        (f"{FULL} = 纷享销客", FULL, ("纷享销客",)),
        (f"{FULL}也叫纷享销客", FULL, ("纷享销客",)),
        (f"{FULL}又称 纷享销客、纷享", FULL, ("纷享销客", "纷享")),
        (f"{FULL} 别名是 纷享销客, 纷享 纷享", FULL, ("纷享销客", "纷享")),
        (f"{FULL} 纷享销客", FULL, ("纷享销客",)),
        (f"{FULL}简称纷享", FULL, ("纷享",)),
        ("= 纷享销客", "", ("纷享销客",)),
        (f"{FULL} =", FULL, ()),
    ],
)
def test_what_stands_behind_the_word(text: str, company: str, names: tuple[str, ...]) -> None:
    assert aliases_asked(text) == AliasesAsked(company, names)


@pytest.mark.parametrize(
    ("typed", "about", "removes"),
    [
        ("别名", "", False),
        ("公司别名", "", False),
        (f"别名 {FULL} = 纷享销客", f"{FULL} = 纷享销客", False),
        (f"别名：{FULL}＝纷享销客", f"{FULL}=纷享销客", False),
        (f"添加别名 {FULL} 纷享销客", f"{FULL} 纷享销客", False),
        ("删除别名 纷享销客", "纷享销客", True),
        ("取消别名纷享销客", "纷享销客", True),
        ("删除别名", "", True),
    ],
)
def test_the_command_is_read(typed: str, about: str, *, removes: bool) -> None:
    command = read_command(typed)
    assert command is not None
    assert command.name is CommandName.ALIAS
    assert (command.arguments.lead, command.arguments.remove) == (about, removes)
