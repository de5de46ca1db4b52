from __future__ import annotations

from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.texts import load_texts
from handlers.web.api.document import MOST_FAULTS, Faults, read_json, read_struct
from handlers.web.api.problem import ApiProblem
from handlers.web.api.schemas import LeadIn

TEXTS = load_texts()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
NAMES = st.sampled_from([f.encode_name for f in msgspec.structs.fields(LeadIn)])


class Inner(msgspec.Struct):
    word: Annotated[str, msgspec.Meta(max_length=3)]


class Outer(msgspec.Struct):
    needed: int
    parts: Annotated[list[Inner], msgspec.Meta(max_length=2)] = msgspec.field(default_factory=list)
    kind: str = msgspec.field(default="", name="type")


def read(document: object) -> tuple[Outer | None, dict[str, str]]:
    faults = Faults(TEXTS)
    found = read_struct(document, Outer, "", faults)
    return found, {fault.path: fault.code for fault in faults.found}


def test_a_right_document_is_read() -> None:
    found, faults = read({"needed": 1, "parts": [{"word": "abc"}], "type": "x"})
    assert faults == {}
    assert found == Outer(1, [Inner("abc")], "x")


@pytest.mark.parametrize(
    ("document", "faults"),
    [
        ({}, {"needed": "missing"}),
        ([], {"$": "wrong_type"}),
        (None, {"$": "wrong_type"}),
        ({"needed": "1"}, {"needed": "wrong_type"}),
        ({"needed": True}, {"needed": "wrong_type"}),
        ({"needed": 1, "kind": "x"}, {"kind": "unknown_field"}),
        ({"needed": 1, "neded": 2}, {"neded": "unknown_field_near"}),
        ({"needed": 1, "parts": {}}, {"parts": "wrong_type"}),
        (
            {"needed": 1, "parts": [{}, {"word": "abcd"}]},
            {
                "parts[0].word": "missing",
                "parts[1].word": "too_long",
            },
        ),
        ({"needed": 1, "parts": [{}] * 3}, {"parts": "too_many"}),
    ],
)
def test_every_fault_is_named_with_its_place(document: object, faults: dict[str, str]) -> None:
    found, named = read(document)
    assert found is None
    assert named == faults


def test_faults_of_one_document_are_bounded() -> None:
    faults = Faults(TEXTS)
    read_struct({f"x{n}": 1 for n in range(1000)}, Outer, "", faults)
    assert len(faults.found) == MOST_FAULTS


@settings(max_examples=150)
@given(JSON | st.dictionaries(NAMES, JSON, max_size=5))
def test_whatever_comes_is_read_or_named(document: Any) -> None:
    faults = Faults(TEXTS)
    found = read_struct(document, LeadIn, "", faults)
    assert (found is None) == bool(faults.found)
    assert all(fault.message for fault in faults.found)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b"[" * 50_000, b'{"a": 1}}', b"{'a': 1}", '{"a": “b”}'.encode()]
)
def test_what_is_no_json_is_said_with_its_place(body: bytes) -> None:
    with pytest.raises(ApiProblem) as caught:
        read_json(body)
    assert caught.value.code == "not_json"
    assert str(caught.value.values["byte"]).isdecimal()
