"""Training of the intent model: softmax regression by gradient descent, without randomness.

Data: the invented messages of ``domain/chat/words/examples.py``, each once. Nothing of the
corpora that measure it, and nothing of the test fixtures, goes in.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from domain.chat.intent_model import IntentModel, features
from domain.chat.lexicon import default_lexicon
from domain.chat.words.examples import EXAMPLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

#: Rarer features are left out: they are one message, not a way of talking.
FEWEST = 3
SHRINKAGE = 0.1
ROUNDS = 200
STEP = 2.0
MOMENTUM = 0.9


def train(examples: Mapping[str, str] = EXAMPLES) -> IntentModel:
    """Return the model that the examples (label → messages with blanks between) teach."""
    labels = tuple(examples)
    cut = default_lexicon().cut
    texts = [(text, label) for label in labels for text in dict.fromkeys(examples[label].split())]
    seen = [features(text, cut) for text, _ in texts]
    counts = Counter(feature for found in seen for feature in found)
    known = sorted(feature for feature, count in counts.items() if count >= FEWEST)
    column = {feature: index for index, feature in enumerate(known)}
    inputs = np.zeros((len(texts), len(known)), np.float32)
    for row, found in enumerate(seen):
        present = [column[feature] for feature in found if feature in column]
        inputs[row, present] = 1 / np.sqrt(max(1, len(present)))
    wanted = np.eye(len(labels), dtype=np.float32)[[labels.index(label) for _, label in texts]]
    weights = descend(inputs, wanted)
    rows = ((feature, weights[index].tolist()) for feature, index in column.items())
    return IntentModel(labels, {feature: tuple(round(w, 2) for w in row) for feature, row in rows})


def descend(inputs: NDArray[np.float32], wanted: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the weights that make ``wanted`` likeliest, kept small."""
    count, labels = wanted.shape
    weights = np.zeros((inputs.shape[1], labels), np.float32)
    velocity = np.zeros_like(weights)
    for _ in range(ROUNDS):
        raised = np.exp(inputs @ weights)
        guessed = raised / raised.sum(axis=1, keepdims=True)
        slope = (inputs.T @ (guessed - wanted) + SHRINKAGE * weights) * (labels / count)
        velocity = MOMENTUM * velocity - STEP * slope
        weights += velocity
    return weights
