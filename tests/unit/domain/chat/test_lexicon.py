from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from types import ModuleType

import pytest

from domain.chat.lexicon import default_lexicon, load_segmenter

SENTENCES = [
    "我叫李明想问一下课程",
    "张三说下周三再联系，想报数学班",
    "孩子三年级，在上海浦东",
    "预算五千左右，多少钱一节课",
    "不要再打电话了",
]


@pytest.fixture
def without_rjieba(monkeypatch: pytest.MonkeyPatch) -> None:
    original: Callable[..., ModuleType] = builtins.__import__

    def refuse(name: str, *rest: object) -> ModuleType:
        if name == "rjieba":
            raise ImportError(name)
        return original(name, *rest)

    monkeypatch.delitem(sys.modules, "rjieba", raising=False)
    monkeypatch.setattr(builtins, "__import__", refuse)


def test_the_default_lexicon_is_built_once() -> None:
    assert default_lexicon() is default_lexicon()


@pytest.mark.usefixtures("without_rjieba")
def test_plain_jieba_cuts_the_same_words() -> None:
    cut, _ = load_segmenter()
    assert cut.__module__.startswith("jieba")
    assert [list(cut(s)) for s in SENTENCES] == [list(default_lexicon().cut(s)) for s in SENTENCES]


@pytest.mark.usefixtures("without_rjieba")
def test_plain_jieba_tags_names_too() -> None:
    _, tag = load_segmenter()
    assert ("李明", "nr") in tag("我叫李明")
    assert ("李明", "nr") in default_lexicon().tag("我叫李明")


@pytest.mark.parametrize("sentence", SENTENCES)
def test_words_joined_give_the_sentence_back(sentence: str) -> None:
    assert "".join(default_lexicon().cut(sentence)) == sentence
