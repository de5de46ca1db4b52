"""E-mail addresses, plain or disguised (``abc艾特example点com``), in lower case."""

from __future__ import annotations

import re
from collections.abc import Iterator

from domain.chat.fields.finding import Candidate, Findings
from domain.chat.fields.settle import settle
from domain.chat.passage import Passage, Span

_AT = r"\s?(?:@|艾特|\(at\)|\[at\]|#)\s?"
_DOT = r"(?:\.|点|\(dot\)|\[dot\])"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9\-]{0,30})"
_ADDRESS = re.compile(
    rf"(?<![A-Za-z0-9._%+\-])([A-Za-z0-9][A-Za-z0-9._%+\-]{{0,63}}){_AT}"
    rf"((?:{_LABEL}{_DOT}){{1,4}}[A-Za-z]{{2,10}})(?![A-Za-z0-9@])",
    re.IGNORECASE,
)
_DISGUISED_DOT = re.compile(_DOT, re.IGNORECASE)


def find_emails(passage: Passage) -> Findings[str]:
    """Return the addresses of a message in lower case, own or preferred first."""
    return settle(passage, _candidates(passage))


def _candidates(passage: Passage) -> Iterator[Candidate[str]]:
    """Yield addresses with ``@`` and dots put back."""
    for found in _ADDRESS.finditer(passage.text):
        domain = _DISGUISED_DOT.sub(".", found[2])
        yield Candidate(f"{found[1]}@{domain}".lower(), Span(*found.span()))
