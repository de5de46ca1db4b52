"""Weights of evidence, learned without labels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.matching.candidates import candidate_pairs, clusters
from domain.matching.learning import learn
from domain.matching.linkage import (
    Evidence,
    FieldWeights,
    LinkModel,
    Verdict,
    compare,
    one_to_one,
)
from domain.matching.measures import Field, Measure
from tests.bench.corpora import linkage
from tests.shared import DATA

NAME = Field("name", Measure.NAME, (1.0, 0.88))
COMPANY = Field("company", Measure.COMPANY, (1.0, 0.6))
STREET = Field("street", Measure.RARE_GRAMS, (0.8, 0.4))
NUMBER = Field("number", Measure.NUMBER, source="street")
BORN = Field("born", Measure.EDIT, (1.0, 0.8))
MODEL = LinkModel(
    (
        FieldWeights(NAME, (6.0, 2.0, -5.0)),
        FieldWeights(COMPANY, (7.0, 3.0, -4.0)),
        FieldWeights(STREET, (4.0, 1.0, -2.0)),
        FieldWeights(NUMBER, (3.0, -3.0)),
        FieldWeights(BORN, (5.0, 1.0, -6.0)),
    ),
    prior_bits=-8.0,
    merge_bits=3.0,
    review_bits=-3.0,
)
ZHANG = {"name": "张三丰", "company": "北京纷扬科技有限公司", "street": "中关村大街 27 号"}
records = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["张三丰", "张三", "李四", ""]),
        "company": st.sampled_from(["北京纷扬", "纷扬科技", "好未来", ""]),
        "street": st.sampled_from(["中关村大街 27 号", "中关村街 27", "南京路 1 号"]),
        "born": st.sampled_from(["20100102", "20100103", "19990909"]),
    },
)


def test_what_agrees_adds_up_and_what_is_missing_says_nothing() -> None:
    found = MODEL.weigh(ZHANG, {"name": "张三丰", "company": "纷扬科技"})
    assert found.bits == pytest.approx(-8 + 6 + 7)
    assert [(r.field, r.level) for r in found.reasons] == [("name", 1), ("company", 1)]
    assert MODEL.verdict(found.bits) is Verdict.MERGE
    assert 0.9 < found.probability < 1


def test_a_number_alone_is_compared_out_of_a_text() -> None:
    found = MODEL.weigh(ZHANG, {"street": "中关村大街 72 号"})
    assert [(r.field, r.level) for r in found.reasons if r.field == "number"] == [("number", 2)]
    assert MODEL.verdict(found.bits) is Verdict.APART
    assert MODEL.verdict(0.0) is Verdict.REVIEW


def test_odds_without_end_are_still_a_probability() -> None:
    assert Evidence(-5000.0, ()).probability == pytest.approx(0)
    assert Evidence(5000.0, ()).probability == pytest.approx(1)


@given(records, records)
@settings(max_examples=60)
def test_the_order_of_a_pair_does_not_matter(one: dict[str, str], other: dict[str, str]) -> None:
    assert MODEL.weigh(one, other) == MODEL.weigh(other, one)


def test_the_best_of_both_stand_where_nobody_is_twice_in_a_list() -> None:
    pairs = np.array([[0, 2], [0, 3], [1, 3], [1, 2]])
    assert sorted(one_to_one(pairs, np.array([5.0, 9.0, 8.0, 1.0]))) == [1, 3]


def test_blocks_that_are_too_large_tell_nobody_apart() -> None:
    assert candidate_pairs([["a", "b"], ["a", "a"], ["a"], ["b"]], largest=2).tolist() == [[0, 3]]
    assert candidate_pairs([["a"], ["b"]]).shape == (0, 2)
    assert compare([{}, {}], candidate_pairs([]), []).shape == (0, 0)


def test_merges_lead_on_to_others() -> None:
    assert clusters(5, np.array([[0, 1], [3, 4], [1, 4]])) == [0, 0, 2, 0, 0]


@pytest.mark.usefixtures("shared_data")
def test_invented_people_are_found_again_by_weights_learned_from_themselves() -> None:
    found = linkage.febrl(DATA, 1)
    assert found.f1 >= 0.99
    assert found.precision >= 0.995


@pytest.mark.usefixtures("shared_data")
def test_two_guides_are_found_to_list_the_same_restaurants() -> None:
    assert linkage.restaurants(DATA).f1 >= 0.93


def test_learning_tells_the_two_kinds_of_pairs_apart() -> None:
    agree, differ = [1, 1, 1], [3, 3, 2]
    table = np.array([agree] * 20 + [[1, 2, 1]] * 4 + [differ] * 400 + [[3, 3, 1]] * 30)
    model = learn(table, [NAME, BORN, NUMBER])
    assert model.scores(np.array([agree]))[0] > model.merge_bits
    assert model.scores(np.array([differ]))[0] < model.review_bits
    assert 0.03 < 1 / (1 + 2**-model.prior_bits) < 0.08
