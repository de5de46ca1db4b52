"""Files that come through the AI bot's socket slice by slice (fact sheet 2.10)."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from bot.simulator.world.ai_bot import AiBot, BotUpload
from bot.simulator.world.world import World

OK, BAD_FRAME = 0, 40058
MAX_CHUNK, MAX_CHUNKS = 512 * 1024, 100

Body = Mapping[str, Any]
#: The errcode of an ack and its body.
Outcome = tuple[int, dict[str, object]]


class BotUploads:
    """The three steps of an upload; each gets the frame's req_id and body."""

    def __init__(self, world: World, bot: AiBot) -> None:
        """Keep finished files among the corp's media."""
        self._world = world
        self._bot = bot

    def begin(self, _req_id: str, body: Body) -> Outcome:
        """Announce a file."""
        try:
            upload = msgspec.convert(
                {
                    "kind": body.get("type"),
                    "filename": body.get("filename"),
                    "total_chunks": body.get("total_chunks"),
                    "md5": body.get("md5"),
                },
                BotUpload,
            )
        except msgspec.ValidationError:
            return BAD_FRAME, {}
        if not 1 <= upload.total_chunks <= MAX_CHUNKS:
            return BAD_FRAME, {}
        upload_id = self._world.ids.word("up")
        self._bot.uploads[upload_id] = upload
        return OK, {"upload_id": upload_id}

    def take(self, _req_id: str, body: Body) -> Outcome:
        """Take one slice."""
        upload, index = self._bot.uploads.get(str(body.get("upload_id"))), body.get("chunk_index")
        try:
            data = base64.b64decode(str(body.get("base64_data", "")), validate=True)
        except binascii.Error:
            return BAD_FRAME, {}
        if upload is None or not isinstance(index, int) or not 0 < len(data) <= MAX_CHUNK:
            return BAD_FRAME, {}
        if not 0 <= index < upload.total_chunks:
            return BAD_FRAME, {}
        upload.chunks[index] = data
        return OK, {}

    def end(self, _req_id: str, body: Body) -> Outcome:
        """Put the slices together and return the media_id."""
        upload = self._bot.uploads.pop(str(body.get("upload_id")), None)
        if upload is None or len(upload.chunks) != upload.total_chunks:
            return BAD_FRAME, {}
        data = b"".join(upload.chunks[index] for index in range(upload.total_chunks))
        # MD5 is the platform's choice (fact sheet 2.10).
        if hashlib.md5(data).hexdigest() != upload.md5.lower():  # noqa: S324
            return BAD_FRAME, {}
        medium = self._world.media.keep(
            kind=upload.kind,
            filename=upload.filename,
            content_type="application/octet-stream",
            data=data,
            now=self._world.now,
        )
        return OK, {"media_id": medium.media_id, "type": medium.kind}
