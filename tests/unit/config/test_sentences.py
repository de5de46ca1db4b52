"""Cases of rules that say in the language of behaviour when they give their points."""

from __future__ import annotations

import json
import tomllib

import pytest

from config.problems import ConfigError
from config.rules import seed_sources
from config.tables.scorecard import FILE
from domain.condition import Comparison
from domain.scoring.tables import RuleTables
from tests.unit.handlers.company import RULES, TEXTS

SEED = seed_sources(None)
RULE = """
[[{table}]]
id = "watches"
label = "常看价格"
{fact}cases = [
    {{ {case}, points = 5 }},
]
"""


def sources(case: str, table: str = "standing", fact: str = "") -> dict[str, str]:
    rule = RULE.format(table=table, case=case, fact=f'fact = "{fact}"\n' if fact else "")
    return {**SEED, FILE: SEED[FILE] + rule}


def rules(case: str, table: str = "standing", fact: str = "") -> RuleTables:
    return RULES.check(sources(case, table, fact))


@pytest.mark.parametrize("table", ["standing", "static"])
def test_a_case_asks_whether_its_sentence_holds(table: str) -> None:
    tables = rules("when = '次数(查看价格, 7天) >= 3'", table)
    rule = getattr(tables.whole, table)[-1]
    condition = rule.cases[0].condition
    assert (rule.id, condition.comparison) == ("watches", Comparison.KNOWN)
    assert tables.journeys.sentence(condition.name) is not None
    assert condition.name in tables.facts
    assert "view_price" in tables.kinds


def test_sentences_are_no_journeys_that_people_see() -> None:
    tables, shipped = rules("when = '做过(登录, 2小时)'"), RULES.check(SEED)
    assert tables.journeys.journeys == shipped.journeys.journeys
    assert tables.journeys.facts().keys() == shipped.journeys.facts().keys()
    assert tables.journeys.turns_within_day
    assert not shipped.journeys.turns_within_day


def test_a_rule_may_ask_about_a_fact_and_say_sentences() -> None:
    row = "is = 'known', points = 1 },\n    { when = '做过(登录)'"
    one, other = (case.condition for case in rules(row, fact="city").whole.standing[-1].cases)
    assert (one.name, one.comparison) == ("city", Comparison.KNOWN)
    assert rules(row, fact="city").journeys.sentence(other.name) is not None


def test_a_draft_in_json_says_the_same() -> None:
    text = sources("when = '次数(查看价格, 7天) >= 3'")
    data = json.dumps(tomllib.loads(text[FILE]), ensure_ascii=False, default=str)
    tables, other = RULES.check({**text, FILE: data}), RULES.check(text)
    assert tables.whole.standing == other.whole.standing
    assert tables.journeys.sentences == other.journeys.sentences


@pytest.mark.parametrize(
    ("case", "said"),
    [
        (
            "when = '次数(查看价个, 7天) >= 3'",
            "第1行第4个字“查看价个”：没有这种事件。您是不是想写“查看价格”？",
        ),
        ("when = '次数(查看价格, 7天) >= '", "话没有说完"),
        ("when = '次数(查看价格, 7天)'", "这里要条件（是/否），它是数字"),
        ("when = '次数(查看价格.商品, 7天) >= 1'", "不需要属性"),
        ("when = '做过(登录) 且 标签.高意向'", "标签在评分之后才算，这里不能用"),
        ("when = 'composite > 60'", "composite 是评分算出来的结果"),
    ],
)
def test_a_sentence_that_cannot_be_understood_is_told_with_its_place(case: str, said: str) -> None:
    text = sources(case)
    with pytest.raises(ConfigError) as caught:
        RULES.check(text)
    [problem] = caught.value.problems
    assert problem.key == "watches.cases[0].when"
    assert said in problem.in_words(TEXTS)
    line = text[FILE].splitlines()[problem.line - 1]
    assert line[problem.column - 1 :].startswith(case.split("'")[1])


@pytest.mark.parametrize(
    ("case", "fact", "code"),
    [
        ("when = '做过(登录)', is = 'known'", "city", "when_or_is"),
        ("when = '做过(登录)', value = '北京'", "city", "when_or_is"),
        ("is = 'known'", "", "fact_or_when_wanted"),
        ("when = ''", "", "out_of_bounds"),
        ("wenn = '做过(登录)'", "city", "key_misspelt"),
    ],
)
def test_a_case_with_two_conditions_or_none_is_refused(case: str, fact: str, code: str) -> None:
    with pytest.raises(ConfigError) as caught:
        rules(case, fact=fact)
    assert {problem.code for problem in caught.value.problems} == {code}
    assert caught.value.problems[0].in_words(TEXTS)
