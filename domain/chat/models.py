"""What reading needs in memory: the dictionary of words and the learned examples."""

from __future__ import annotations

from domain.chat.intent import learned_examples
from domain.chat.intent_model import trained_model
from domain.chat.lexicon import default_lexicon


def load_models() -> None:
    """Load now what else the first message would wait for: some tenths of a second."""
    default_lexicon()
    learned_examples()
    trained_model()
