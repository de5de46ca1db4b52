"""Why a callback is refused before anybody reads it."""

from __future__ import annotations

from typing import ClassVar


class CodecError(Exception):
    """The callback cannot be trusted or read.

    ``reason`` is a stable word for counters; the message never holds any part
    of the callback.
    """

    reason: ClassVar[str] = "codec"

    def __init__(self, detail: str = "") -> None:
        """Say what is wrong, by default in the words of the class."""
        super().__init__(detail or (type(self).__doc__ or "").partition("\n")[0])


class BadSecret(CodecError):  # noqa: N818 — names the setting, not the act
    """Token must be 1–32 letters or digits, EncodingAESKey exactly 43."""

    reason = "bad_secret"


class BadSignature(CodecError):  # noqa: N818 — "a bad signature" is what callers catch
    """The signature does not fit token, timestamp, nonce and content."""

    reason = "bad_signature"


class BadEnvelope(CodecError):  # noqa: N818 — names the finding
    """The body is not an XML or JSON envelope with one encrypted text."""

    reason = "bad_envelope"


class ForbiddenXml(CodecError):  # noqa: N818 — names the finding
    """A document type or entity declaration: the platform never sends one."""

    reason = "forbidden_xml"


class BadCiphertext(CodecError):  # noqa: N818 — names the finding
    """The encrypted text is not base64 of whole cipher blocks."""

    reason = "bad_ciphertext"


class BadPadding(CodecError):  # noqa: N818 — names the finding
    """The padding is not 1 to 32 equal bytes: wrong key, or a cut text."""

    reason = "bad_padding"


class BadLength(CodecError):  # noqa: N818 — names the finding
    """The stated length of the message does not fit the text."""

    reason = "bad_length"


class WrongReceiver(CodecError):  # noqa: N818 — names the finding
    """The callback is meant for another corp, suite or account."""

    reason = "wrong_receiver"
