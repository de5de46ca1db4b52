from __future__ import annotations

from domain.chat.intent import learned_examples
from domain.chat.intent_model import trained_model
from domain.chat.lexicon import default_lexicon
from domain.chat.models import load_models


def test_after_loading_no_message_waits() -> None:
    load_models()
    assert default_lexicon.cache_info().currsize == 1
    assert learned_examples.cache_info().currsize == 1
    assert trained_model.cache_info().currsize == 1
