"""A score as people read it: two halves, each adding up to what it says."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from domain.lead import ScoreState
from domain.scoring.explain import Reason
from domain.scoring.score import Contribution, Part, Scored
from handlers.actions.reports import funnel_report, reason_words, score_report
from tests.factories import NOW
from tests.unit.handlers.company import CONTEXT, words

GRADING = CONTEXT.catalog.rules.whole.grading
POINTS = re.compile(r"([+-]\d+)(?:（|$)")


def scored(*contributions: Contribution, static: float = 55.0, dynamic: float = 100.0) -> Scored:
    composite = GRADING.composite_of(static, dynamic)
    state = ScoreState(static=static, dynamic=dynamic, composite=composite)
    return Scored(state, contributions, "B1", "strike")


REPORT = score_report(
    CONTEXT,
    "张三",
    scored(
        Contribution(Part.STATIC, "phone", "有电话", 30.0),
        Contribution(Part.STATIC, "subject", "科目明确", 25.0),
        Contribution(Part.LIMIT, "limit", "", -10.0, detail="dynamic"),
        Contribution(Part.CHANNEL, "channel", "", 70.0, at=NOW, detail="expo"),
        Contribution(Part.EVENT, "said", "留言", 3.0, at=NOW),
        Contribution(Part.EVENT, "said", "留言", 3.0, at=NOW + timedelta(days=1)),
        Contribution(Part.EVENT, "gave", "留下电话", 34.0, at=NOW),
        Contribution(Part.EVENT, "left", "离开页面", 0.2, at=NOW),
    ),
    GRADING,
)


def half(name: str) -> list[str]:
    """Return the lines of one half."""
    _, rest = REPORT.split(f"\n{name} ", 1)
    return rest.split("\n\n")[0].split("\n")


def test_each_half_lists_what_gave_its_points() -> None:
    assert half("资料") == ["55 分，占 40%", "· 有电话 +30", "· 科目明确 +25"]
    assert half("互动") == [
        "100 分，占 60%",
        "· 来自展会 +70（3月2日）",
        "· 留下电话 +34（3月2日）",
        "· 留言 2 次 +6（3月3日）",
        "· 超过 100 分的部分不计 -10",
    ]


@pytest.mark.parametrize(("name", "sum_"), [("资料", 55), ("互动", 100)])
def test_the_lines_of_a_half_add_up(name: str, sum_: int) -> None:
    found = [POINTS.search(line) for line in half(name)[1:]]
    assert sum(int(points[1]) for points in found if points) == sum_


def test_a_report_begins_with_the_score_and_its_advice() -> None:
    head = "「张三」82 分，B1：等级 D，热度 4（标准分 0.0）"
    assert REPORT.splitlines()[:2] == [head, words("advice.strike")]


def test_a_half_without_points_says_so() -> None:
    report = score_report(CONTEXT, "张三", scored(static=0.0, dynamic=0.0), GRADING)
    assert report.count(words("score.nothing")) == 2


def test_a_floor_is_called_one() -> None:
    floor = Reason(Part.LIMIT, "limit", "", 12.0, 1, detail="static")
    assert reason_words(CONTEXT, floor) == words("score.below")


def test_a_channel_nobody_knows_has_no_name_to_show() -> None:
    start = Reason(Part.CHANNEL, "channel", "", 50.0, 1)
    assert reason_words(CONTEXT, start) == words("reason_part.channel")


def test_a_funnel_without_leads_says_so() -> None:
    assert words("funnel.nobody") in funnel_report(CONTEXT, NOW, ())
