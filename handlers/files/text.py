"""CSV in the encodings that table programs write, and what separates its cells."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from typing import IO, Any

from handlers.files.refusal import FileRefused

#: Number of a row's first line (the first is 1) and its cells, None when unreadable.
Line = tuple[int, list[str] | None]

_PIECE = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Enough to see whether every other byte is empty.
_SAMPLE = 4096
_SEPARATORS = ",\t;"
#: Half of the bytes of Latin text in UTF-16 are zero; of Chinese text hardly one.
_MANY = 0.15


def encoding_of(stream: IO[bytes]) -> str:
    """Return the encoding of a text file: by its mark, else by trying.

    Raises:
        FileRefused: it is neither UTF-8 nor UTF-16 nor GBK (GB 18030).
    """
    stream.seek(0)
    head = stream.read(_SAMPLE)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding if _decodes(stream, encoding) else _refuse()
    candidates = ["utf-8", "gb18030"]
    if head and head.count(0) / len(head) > _MANY:
        candidates = ["utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"]
    return next((e for e in candidates if _decodes(stream, e)), "") or _refuse()


def _refuse() -> str:
    code = "encoding"
    raise FileRefused(code)


def _decodes(stream: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    stream.seek(0)
    try:
        while piece := stream.read(_PIECE):
            if "\0" in decoder.decode(piece):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def csv_lines(stream: IO[bytes], encoding: str) -> Iterator[Line]:
    """Yield the rows that are not blank; one that cannot be read does not end the file."""
    stream.seek(0)
    head = codecs.getincrementaldecoder(encoding)(errors="replace").decode(stream.read(_PIECE))
    separator = _separator(head.partition("\n")[0])
    stream.seek(0)
    text = io.TextIOWrapper(io.BufferedReader(_Borrowed(stream), _PIECE), encoding, newline="")
    yield from _rows(text, separator)


class _Borrowed(io.RawIOBase):
    """A stream that its reader does not close: it belongs to somebody else."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__()
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401 — Buffer has no name before 3.12
        view = memoryview(buffer)
        piece = self._stream.read(len(view))
        view[: len(piece)] = piece
        return len(piece)


def _separator(first: str) -> str:
    return max(_SEPARATORS, key=lambda mark: (first.count(mark), -_SEPARATORS.index(mark)))


def _rows(text: IO[str], separator: str) -> Iterator[Line]:
    reader = csv.reader(text, strict=True, delimiter=separator)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error:
            yield line, None
            continue
        if cells is None:
            return
        if cells:
            yield line, cells
