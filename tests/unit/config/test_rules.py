"""Drafts of the rules: what is wrong with one is said in Chinese, all of it, with its place."""

from __future__ import annotations

import json
import tomllib

import pytest

from config.learned import with_points
from config.problems import ConfigError
from config.rules import FILES, RuleReader, frame_of, seed_sources
from config.tables.journey import FILE as JOURNEY
from config.tables.scorecard import FILE as SCORECARD
from domain.behaviour import syntax as tree
from domain.scoring.strata import Count, Learning, learn_points
from domain.scoring.tables import Phase
from domain.values import Refusal
from tests.unit.handlers.company import CATALOG, RULES, TEXTS

SEED = seed_sources(None)


def draft(file: str, before: str, after: str) -> dict[str, str]:
    assert before in SEED[file]
    return {**SEED, file: SEED[file].replace(before, after, 1)}


PAID, WRONG = 'kind = "pay_order"\n', "not_understood"


def wrong(sources: dict[str, str]) -> dict[str, str]:
    """Return the codes of what is wrong, by file and key; all of it can be said."""
    with pytest.raises(ConfigError) as caught:
        RULES.check(sources)
    assert all(problem.in_words(TEXTS) for problem in caught.value.problems)
    return {f"{p.place} {p.key}".rstrip(): p.code for p in caught.value.problems}


def test_the_shipped_files_are_a_version() -> None:
    assert SEED.keys() == set(FILES)
    tables = RULES.check(SEED, number=7)
    assert tables.version == 7
    assert {card.version for card in tables.cards.values()} == {7}
    assert [journey.code for journey in tables.journeys.journeys] == ["buying", "learning"]


def test_a_rule_may_say_in_the_language_which_events_it_counts() -> None:
    given = PAID + "given = '金额 >= 30 且 金额 < 50'"
    tables = RULES.check(draft(SCORECARD, 'kind = "pay_order"', given))
    (rule,) = (one for one in tables.whole.events if one.id == "paid_large_order")
    assert rule.given == tree.And(
        (
            tree.Comparison(tree.Relation.AT_LEAST, tree.Property("amount"), tree.Literal(30.0)),
            tree.Comparison(tree.Relation.LESS, tree.Property("amount"), tree.Literal(50.0)),
        )
    )


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("version = 1", "version = ", {SCORECARD: "not_toml"}),
        ("points = 10\nrepeat", 'points = "ten"\nrepeat', {"event[0].points": "wrong_type"}),
        ("points = 10\nrepeat", "points = nan\nrepeat", {"event[0].points": "out_of_bounds"}),
        ("points = 10\nrepeat", "points = inf\nrepeat", {"event[0].points": "out_of_bounds"}),
        ("points = 10\nrepeat", "points = 99999\nrepeat", {"event[0].points": "out_of_bounds"}),
        ("half_life = 60", "half_life = 0", {"event[0].decay.half_life": "out_of_bounds"}),
        ("half_life = 60", "half_life = 99999", {"event[0].decay.half_life": "out_of_bounds"}),
        ("half_life = 60", "halflife = 60", {"event[0].decay.halflife": "key_misspelt"}),
        ("days = 60, p", "days = 60000, p", {"absence[0].steps[3].days": "out_of_bounds"}),
        ("points = -35", "points = 35", {"absence[0].steps[3].points": "out_of_bounds"}),
        ("pass_mark = 60", "pass_mark = 600", {"grading.pass_mark": "out_of_bounds"}),
        ("grades = [75, 50, 25]", "grades = [25, 50, 75]", {"grades": "rule.thresholds_must_fall"}),
        ("default_points = 4", "default_points = 40", {"initial.default_points": "out_of_bounds"}),
        ("most_activated = 0.1", "most_activated = 10", {"guard.most_activated": "out_of_bounds"}),
        ("[phase.screening]", "[phase.sleeping]", {"phase": "not_a_choice"}),
        ('use = ["channel"]', 'use = ["chanel"]', {"phase": "not_a_choice"}),
        ('value = "interested"', 'value = "intrested"', {"buying_journey": "no_such_stage_but"}),
        ("repurchase_intent", "repurchase_intend", {"repurchase": "no_such_fact_but"}),
        ('kind = "pay_order"', 'kind = "pay_ordr"', {"paid_large_order": "no_such_kind_but"}),
        ('fact = "amount"', 'fact = "amounts"', {"paid_large_order": "no_such_property_but"}),
        ('kind = "pay_order"', PAID + "given = '金额 >= '", {"paid_large_order.given": WRONG}),
        ('kind = "pay_order"', PAID + "given = '金而 > 1'", {"paid_large_order.given": WRONG}),
        ('kind = "pay_order"', PAID + "given = '做过(登录)'", {"paid_large_order.given": WRONG}),
        ('group = "talking"', 'group = "talks"', {"wrote_kf": "rule.unknown_group"}),
        ('id = "half_added_wecom"', 'id = "added_wecom"', {"added_wecom": "rule.defined_twice"}),
    ],
)
def test_a_broken_draft_is_refused_with_place_and_reason(
    before: str, after: str, expected: dict[str, str]
) -> None:
    found = wrong(draft(SCORECARD, before, after))
    assert set(found.values()) == set(expected.values()), found
    for key in expected:
        assert any(key in place for place in found), found


@pytest.mark.parametrize(
    ("before", "after", "code", "said"),
    [
        ("done(询问价格, 30天)", "done(询问价个, 30天)", "not_understood", "询问价格"),
        ("done(询问价格, 30天)", "done(询问价格, 30天", "not_understood", "第1行"),
        ("done(询问价格, 30天)", "count(询问价格, 30天)", "not_understood", ""),
        ("done(询问价格, 30天)", "done(询问价格, 99999天)", "not_understood", ""),
        ("done(询问价格, 30天)", "composite > 60", "fact_of_the_score", "composite"),
        ('code = "comparing"', 'code = "aware"', "stage_twice", ""),
    ],
)
def test_a_broken_journey_is_refused_with_place_and_reason(
    before: str, after: str, code: str, said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        RULES.check(draft(JOURNEY, before, after))
    problems = caught.value.problems
    assert {problem.code for problem in problems} == {code}
    assert all(problem.place == JOURNEY for problem in problems)
    assert said in str(caught.value)


def test_an_old_version_is_read_as_it_was_meant() -> None:
    frame = frame_of(CATALOG)
    only_scores = {SCORECARD: SEED[SCORECARD]}
    tables = RuleReader(CATALOG, TEXTS, RULES.zone).read(only_scores, frame, 3)
    assert tables.version == 3
    assert tables.journeys.journeys == ()
    assert tables.points["expo"] == frame.points["expo"]


def test_channel_points_of_a_draft_take_the_place_of_the_shipped_ones() -> None:
    tables = RULES.check(draft(SCORECARD, "[initial]", "[initial]\nchannels = { expo = 9.5 }"))
    assert tables.points["expo"] == 9.5
    assert tables.points["sem"] == frame_of(CATALOG).points["sem"]
    found = wrong(draft(SCORECARD, "[initial]", "[initial]\nchannels = { expos = 9.5 }"))
    assert found == {f"{SCORECARD} initial.channels": "no_such_channel_but"}


def test_a_rule_may_be_meant_for_some_phases_alone() -> None:
    tables = RULES.check(
        draft(SCORECARD, 'id = "added_wecom"', 'id = "added_wecom"\nphases = ["following"]')
    )
    ids = {phase: {rule.id for rule in tables.card_for(phase).events} for phase in Phase}
    assert "added_wecom" in ids[Phase.FOLLOWING]
    assert "added_wecom" not in ids[Phase.NURTURING]
    assert ids[Phase.SCREENING] == set()


def in_json(source: str) -> str:
    return json.dumps(tomllib.loads(source), ensure_ascii=False, default=str)


def test_a_version_may_be_written_as_json() -> None:
    sources = {name: in_json(text) for name, text in SEED.items()}
    tables, other = RULES.check(sources), RULES.check(SEED)
    assert tables.whole.events == other.whole.events
    assert tables.check_at == other.check_at
    assert tables.journeys.journeys == other.journeys.journeys
    assert [RULES.file_of(text) for text in sources.values()] == list(SEED)
    assert [RULES.file_of(text) for text in SEED.values()] == list(SEED)
    assert RULES.file_of("[[") == RULES.file_of("[[", "draft.toml") == "scorecard.toml"
    assert RULES.file_of("[[", "journey.toml") == "journey.toml"
    assert RULES.file_of(SEED["journey.toml"], "scorecard.toml") == "journey.toml"


def test_learned_points_enter_a_version_in_json() -> None:
    evidence = learn_points(CATALOG.channels, {"sem": Count(1_000, 50)}, Learning(100, 5))
    assert not isinstance(evidence, Refusal)
    sources = with_points(
        {**SEED, FILES[0]: in_json(SEED[FILES[0]])}, evidence, CATALOG.channels, TEXTS
    )
    assert RULES.check(sources).points["sem"] == next(
        one.points for one in evidence if one.code == "sem"
    )


def test_what_is_wrong_is_told_with_its_place() -> None:
    text = SEED["scorecard.toml"].replace('fact = "amount"', 'fact = "amont"', 1)
    line = text[: text.index('id = "paid_large_order"')].count("\n") + 1
    with pytest.raises(ConfigError) as error:
        RULES.check({**SEED, "scorecard.toml": text})
    assert error.value.problems[0].line == line
    assert f"第 {line} 行" in str(error.value)
