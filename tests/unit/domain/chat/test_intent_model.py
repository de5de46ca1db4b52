"""The trained model of intents: its file, its features, its scores."""

from __future__ import annotations

import pytest

from domain.chat.intent_model import IntentModel, features, read_model, trained_model
from domain.chat.lexicon import default_lexicon
from domain.chat.words.examples import EXAMPLES
from tests.training.intents import train

CUT = default_lexicon().cut
#: Sums of floats differ in the last digit from machine to machine; weights are hundredths.
TOLERANCE = 0.03


@pytest.mark.timeout(600)  # seconds of arithmetic, a minute on a busy machine
def test_training_again_makes_the_model_that_ships() -> None:
    fresh, shipped = train(), trained_model()
    assert fresh.labels == shipped.labels == tuple(EXAMPLES)
    assert fresh.weights.keys() == shipped.weights.keys()
    for feature, weights in fresh.weights.items():
        assert weights == pytest.approx(shipped.weights[feature], abs=TOLERANCE)


def test_words_and_runs_of_characters_are_features() -> None:
    found = features("多少钱？", CUT)
    assert {"w多少", "w钱", "b多少|钱", "c多少", "c少钱"} <= found


def test_what_is_asked_scores_above_everything_else() -> None:
    scores = trained_model().scores("这个课程多少钱一节", CUT)
    assert max(scores, key=lambda label: scores[label]) == "price"


def test_unknown_text_says_nothing() -> None:
    assert set(trained_model().scores("\u2603", CUT).values()) == {0.0}


def test_a_model_survives_being_written_down() -> None:
    model = IntentModel(("a", "b"), {"w钱": (0.25, -1.5), "c多": (0.0, 2.0)})
    assert read_model(model.lines()) == model
