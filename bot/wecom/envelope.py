"""Finds the one encrypted text in the body of a callback (fact sheet 1.3)."""

from __future__ import annotations

import re
from xml.parsers import expat

import msgspec

from bot.wecom.codec_errors import BadEnvelope, ForbiddenXml

#: The envelope exactly as the platform writes it: flat, no attributes, no
#: entities, each element closed by its own name. Anything else goes to expat.
_ENVELOPE = re.compile(
    rb"\s*+<xml>\s*+"
    rb"(?:<(?!Encrypt>)(\w++)>(?:<!\[CDATA\[[^\]<]*+\]\]>|[^<&]*+)</\1>\s*+)*+"
    rb"<Encrypt>(?:<!\[CDATA\[([A-Za-z0-9+/=]++)\]\]>|([A-Za-z0-9+/=]++))</Encrypt>\s*+"
    rb"(?:<(?!Encrypt>)(\w++)>(?:<!\[CDATA\[[^\]<]*+\]\]>|[^<&]*+)</\4>\s*+)*+"
    rb"</xml>\s*+"
)


def encrypted_text(body: bytes) -> bytes:
    """Return the encrypted text of an XML or JSON envelope, as it was signed.

    Raises:
        BadEnvelope: there is not exactly one, or the body is neither XML nor JSON.
        ForbiddenXml: the body declares a document type or an entity.
    """
    found = _ENVELOPE.fullmatch(body)
    if found:
        return found[2] or found[3]
    if body.lstrip()[:1] == b"{":
        return _encrypt_of_json(body)
    return _encrypt_of_xml(body)


def _encrypt_of_json(body: bytes) -> bytes:
    try:
        envelope = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        texts = [
            msgspec.json.decode(raw, type=str)
            for name, raw in envelope.items()
            if name.lower() == "encrypt"
        ]
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise BadEnvelope from error
    if len(texts) != 1:
        raise BadEnvelope
    return texts[0].encode()


def _encrypt_of_xml(body: bytes) -> bytes:
    envelope = _EnvelopeReader()
    try:
        envelope.parser.Parse(body, True)  # noqa: FBT003 — expat takes it by position
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise BadEnvelope from error
    if len(envelope.texts) != 1:
        raise BadEnvelope
    return envelope.texts[0].strip().encode()


class _EnvelopeReader:
    """Collects ``<xml><Encrypt>`` with expat; refuses declarations before they act."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._path: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _refuse(self, *_declaration: object) -> None:
        raise ForbiddenXml

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._path.append(name)
        if self._path == ["xml", "Encrypt"]:
            self.texts.append("")

    def _end(self, _name: str) -> None:
        self._path.pop()

    def _text(self, text: str) -> None:
        if self._path == ["xml", "Encrypt"]:
            self.texts[-1] += text
