import pytest

from domain.commands import Command, Commands
from domain.errors import RuleError
from domain.values import Role

LEAD = Command(
    "lead", ("线索", "客户"), "线索 张三", "看一条线索", frozenset({Role.REP, Role.MANAGER})
)
FUNNEL = Command("funnel", ("漏斗",), "漏斗", "看转化", frozenset({Role.MANAGER}))
TABLE = Commands.of([LEAD, FUNNEL])


def test_finds_a_command_by_name_and_by_every_word() -> None:
    assert TABLE.named("lead") is TABLE.named("客户") is LEAD
    assert TABLE.named("客") is None


def test_shows_everybody_what_they_may_use() -> None:
    assert TABLE.open_to(["rep"]) == (LEAD,)
    assert TABLE.open_to({Role.MANAGER}) == (LEAD, FUNNEL)
    assert TABLE.open_to([]) == ()


@pytest.mark.parametrize(
    "twin",
    [
        LEAD,
        Command("other", ("线索",), "", "", frozenset({Role.REP})),
        Command("mute", (), "", "", frozenset({Role.REP})),
    ],
)
def test_refuses_twins_and_commands_without_a_word(twin: Command) -> None:
    with pytest.raises(RuleError):
        Commands.of([LEAD, twin])
