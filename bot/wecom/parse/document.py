"""Reads a decrypted payload, XML or JSON, into plain names and values.

Nearly every callback is flat, and one strict regular expression reads it in a
third of expat's time; whatever is not flat goes to expat. The strict form also
takes control characters, which people do type and expat refuses. A message text
is never searched for elements: it may hold any the sender likes.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TypeAlias, cast
from xml.parsers import expat

import msgspec

#: Text, number or flag; a structure; or several of these under one name.
Value: TypeAlias = "str | float | bool | list[Value] | dict[str, Value] | None"
Document: TypeAlias = dict[str, Value]

#: The platform nests five levels at most (approvals).
_MAX_DEPTH = 32

_TEXT = r"(?:<!\[CDATA\[([^\]]*+(?:\](?!\]>)[^\]]*+)*+)\]\]>|([^<&]*+))"
_ELEMENT = rf"<([A-Za-z_][\w.-]*+)>{_TEXT}</\1>\s*+"
_FLAT = re.compile(rf"\s*+(?:<\?xml[^>?]*+\?>\s*+)?<xml>\s*+(?:{_ELEMENT})*+</xml>\s*+")
_ELEMENTS = re.compile(_ELEMENT)


class Problem(StrEnum):
    """What is wrong with a payload; a stable word for counters."""

    NOT_XML = "not_xml"
    NOT_JSON = "not_json"
    #: A document type or entity declaration: the platform never sends one.
    FORBIDDEN_XML = "forbidden_xml"
    TOO_DEEP = "too_deep"


class ParseError(Exception):
    """The payload is neither XML nor JSON of the platform's form; none of it is shown."""

    def __init__(self, reason: Problem) -> None:
        """Name what is wrong."""
        super().__init__(reason)
        self.reason = reason


def read_document(plaintext: bytes) -> Document:
    """Return the payload's top-level names and values, as the platform spells them.

    Elements that repeat become a list.

    Raises:
        ParseError: the payload is malformed, too deep, or declares entities.
    """
    # A message with one broken character is still a message.
    text = plaintext.decode(errors="replace")
    if _FLAT.fullmatch(text):
        return _flat(text)
    return read_json(plaintext) if text.lstrip()[:1] == "{" else _tree(plaintext)


def read_json(payload: bytes) -> Document:
    """Return a JSON object.

    Raises:
        ParseError: it is not JSON, not an object, or too deep.
    """
    try:
        document = msgspec.json.decode(payload, type=dict[str, object])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise ParseError(Problem.NOT_JSON) from error
    if _is_deeper(document, _MAX_DEPTH):
        raise ParseError(Problem.TOO_DEEP)
    return cast("Document", document)


def _flat(text: str) -> Document:
    found = _ELEMENTS.findall(text, text.index("<xml>") + len("<xml>"))
    document: Document = {name: cdata or plain for name, cdata, plain in found}
    if len(document) < len(found):
        document = {}
        for name, cdata, plain in found:
            _put(document, name, cdata or plain)
    return document


def _put(document: Document, name: str, value: Value) -> None:
    if name not in document:
        document[name] = value
        return
    present = document[name]
    if isinstance(present, list):
        present.append(value)
    else:
        document[name] = [present, value]


def _is_deeper(container: dict[str, object] | list[object], depth: int) -> bool:
    children = container.values() if isinstance(container, dict) else container
    return depth == 0 or any(
        _is_deeper(child, depth - 1) for child in children if isinstance(child, (dict, list))
    )


def _tree(plaintext: bytes) -> Document:
    reader = _TreeReader()
    try:
        reader.parser.Parse(plaintext, True)  # noqa: FBT003 — expat takes it by position
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise ParseError(Problem.NOT_XML) from error
    root = reader.root.get("xml")
    if isinstance(root, dict):
        return root
    if root == "":
        return {}
    raise ParseError(Problem.NOT_XML)


class _TreeReader:
    """Builds nested documents with expat; refuses declarations before they act."""

    def __init__(self) -> None:
        self.root: Document = {}
        self._open: list[tuple[str, Document, list[str]]] = [("", self.root, [])]
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _refuse(self, *_declaration: object) -> None:
        raise ParseError(Problem.FORBIDDEN_XML)

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        if len(self._open) > _MAX_DEPTH:
            raise ParseError(Problem.TOO_DEEP)
        self._open.append((name, {}, []))

    def _end(self, _name: str) -> None:
        name, children, texts = self._open.pop()
        _put(self._open[-1][1], name, children or "".join(texts))

    def _text(self, text: str) -> None:
        self._open[-1][2].append(text)
