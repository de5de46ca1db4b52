"""A file on its way in: kept sealed piece by piece, then looked at as a whole."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, TYPE_CHECKING

import msgspec
from aiohttp import BodyPartReader, web

from handlers.files.refusal import FileRefused
from handlers.files.sheet import open_sheet
from storage.uploads import PIECE, Uploads

if TYPE_CHECKING:
    from domain.values import UserId

MOST_BYTES = 100 * 1024 * 1024
#: A slow phone with a large file; whoever needs longer is not sending.
RECEIVE_SECONDS = 600.0
_SHOWN_ROWS, _SHOWN_CELL = 3, 40


class Preview(msgspec.Struct):
    """What is shown of a file before somebody says how to read it."""

    form: str
    header: list[str]
    sample: list[list[str]]

    def told(self, number: int) -> str:
        """Return what stands in a column of the first rows, in one line."""
        cells = (row[number] for row in self.sample if number < len(row))
        return " · ".join(filter(None, cells))


@dataclass(frozen=True, slots=True)
class Received:
    """A file that was kept."""

    id: int
    rows: int


async def receive(
    request: web.Request, uploads: Uploads, userid: UserId, now: datetime
) -> Received:
    """Keep the file of a form.

    Raises:
        FileRefused: there is none, it is too large or broken off, or no table.
    """
    part = await _file_of(request)
    upload_id = uploads.new_id()
    try:
        with tempfile.TemporaryFile() as stream:  # has no name: it goes with the process
            number = 0
            async for piece in _pieces(part):
                number += 1
                stream.write(piece)
                await uploads.add_piece(upload_id, number, piece)
            rows, preview = await asyncio.to_thread(_look, stream)
        await uploads.add(upload_id, userid, part.filename or "", rows, preview, now)
    except BaseException:
        await uploads.discard(upload_id)
        raise
    return Received(upload_id, rows)


async def _file_of(request: web.Request) -> BodyPartReader:
    code = "no_file"
    if not request.content_type.startswith("multipart/"):
        raise FileRefused(code)
    try:
        reader = await request.multipart()
        while (part := await reader.next()) is not None:
            if isinstance(part, BodyPartReader) and part.name == "file" and part.filename:
                return part
    except (ValueError, web.RequestPayloadError):
        pass
    raise FileRefused(code)


async def _pieces(part: BodyPartReader) -> AsyncIterator[bytes]:
    whole, piece = 0, bytearray()
    try:
        async with asyncio.timeout(RECEIVE_SECONDS):
            while chunk := await part.read_chunk(64 * 1024):
                whole += len(chunk)
                if whole > MOST_BYTES:
                    code = "too_large"
                    raise FileRefused(code, {"most": MOST_BYTES // (1024 * 1024)})
                piece += chunk
                if len(piece) >= PIECE:
                    yield bytes(piece)
                    piece.clear()
    except (TimeoutError, ValueError, ConnectionError, web.RequestPayloadError):
        code = "broken_off"
        raise FileRefused(code) from None
    if piece:
        yield bytes(piece)


def _look(stream: IO[bytes]) -> tuple[int, bytes]:
    sheet = open_sheet(stream)
    sample = [[cell[:_SHOWN_CELL] for cell in row] for row in sheet.sample(_SHOWN_ROWS)]
    return sheet.rows, msgspec.json.encode(Preview(sheet.form, list(sheet.header), sample))
