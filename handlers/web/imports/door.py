"""The routes of the page: the link of the chat, the file, its columns, how far it is."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
from aiohttp import web

from domain.intake.id_list import LISTABLE
from domain.intake.mapping import Fault
from domain.values import Role, UserId
from handlers.actions.import_link import PURPOSE as LINK
from handlers.actions.roles import actor_of
from handlers.files.faults import FaultyRow, write_faults, write_header
from handlers.files.refusal import FileRefused
from handlers.tickets import open_ticket, seal_ticket
from handlers.web.imports.planning import (
    KEEP,
    KEYS,
    Unplanned,
    first_choice,
    labels_of,
    leads_plan,
    tags_plan,
)
from handlers.web.imports.receiving import MOST_BYTES, Preview, receive
from handlers.web.rendering import HEADERS, redirect
from storage.uploads import Upload, Uploads, UploadState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from handlers.context import Context
    from handlers.ports import Clock
    from handlers.web.rendering import Renderer
    from storage.api_keys import ApiKeys
    from storage.unit_of_work import Store

COOKIE, _SESSION = "clew_import", "import-session"
_LIFE = timedelta(hours=2)
_FAULTS = 500
#: Who may hand a file in.
MAY_IMPORT = frozenset({Role.OPERATIONS, Role.MANAGER, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Imports:
    """What the page needs. ``fields`` are the attributes that a column may be."""

    store: Store
    uploads: Uploads
    keys: ApiKeys
    context: Context
    clock: Clock
    pages: Renderer
    fields: Sequence[str]

    def mount(self, app: web.Application) -> None:
        """Add the routes."""
        one = "/import/{upload_id:[0-9]{1,19}}"
        app.router.add_get("/import", self.start, allow_head=False)
        app.router.add_post("/import", self.enter)
        app.router.add_post("/import/file", self.take_file)
        app.router.add_get(one, self.show, allow_head=False)
        app.router.add_post(one, self.begin)
        app.router.add_get(f"{one}/errors.csv", self.errors, allow_head=False)

    # ------------------------------------------------------------- who it is

    async def start(self, request: web.Request) -> web.Response:
        """Show the page to whoever has come through the link; else ask for a tap.

        A link is used up by a tap, not by looking: chats look at links by themselves.
        """
        ticket = request.query.get("t", "")
        if self._member(request) is not None and not ticket:
            return self._page("import_file", most=MOST_BYTES // (1024 * 1024), error="")
        if open_ticket(self.store.vault, LINK, ticket, self.clock.now()) is None:
            return self._notice("link_over", 403)
        return self._page("import_enter", ticket=ticket)

    async def enter(self, request: web.Request) -> web.Response:
        """Use the link up and let the browser carry who it is."""
        now = self.clock.now()
        form = await request.post()
        word = open_ticket(self.store.vault, LINK, str(form.get("t", "")), now)
        if word is None or not await self.keys.use_word("import-link", word, now):
            return self._notice("link_over", 403)
        userid = UserId(word.partition(":")[2])
        if not await self._may(userid):
            return self._notice("not_allowed", 403)
        response = redirect("/import")
        value = seal_ticket(self.store.vault, _SESSION, userid, now + _LIFE)
        seconds = int(_LIFE.total_seconds())
        response.set_cookie(
            COOKIE, value, max_age=seconds, httponly=True, samesite="Strict", path="/import"
        )
        return response

    def _member(self, request: web.Request) -> UserId | None:
        cookie = request.cookies.get(COOKIE, "")
        word = open_ticket(self.store.vault, _SESSION, cookie, self.clock.now())
        return UserId(word) if word else None

    async def _may(self, userid: UserId) -> bool:
        async with self.store.unit_of_work(self.clock.now()) as work:
            return bool((await actor_of(work, userid)).roles & MAY_IMPORT)

    # -------------------------------------------------------------- the file

    async def take_file(self, request: web.Request) -> web.Response:
        """Keep a file and show what is in it."""
        userid = self._member(request)
        if userid is None:
            return self._notice("link_over", 403)
        try:
            received = await receive(request, self.uploads, userid, self.clock.now())
        except FileRefused as refused:
            error = self.context.words.get(f"file.refused.{refused.code}", **refused.values)
            most = MOST_BYTES // (1024 * 1024)
            return self._page("import_file", status=422, most=most, error=error)
        return redirect(f"/import/{received.id}")

    async def show(self, request: web.Request) -> web.Response:
        """Show a file: what its columns mean, or how far it is."""
        upload = await self._own(request)
        if upload is None:
            return self._notice("no_file", 404)
        if upload.state is UploadState.NEW:
            return await self._preview(upload)
        is_list = '"tags":{' in upload.plan
        error = ""
        if upload.error:
            error = self.context.words.get(f"file.refused.{upload.error}", most="", line="")
        return self._page("import_result", upload=upload, is_list=is_list, error=error)

    async def begin(self, request: web.Request) -> web.Response:
        """Let a file be taken in as somebody chose."""
        upload = await self._own(request)
        if upload is None:
            return self._notice("no_file", 404)
        form = {name: str(value) for name, value in (await request.post()).items()}
        preview = await self._preview_of(upload)
        if form.get("mode") == "tags":
            plan = tags_plan(self.context, preview, form)
        else:
            plan = leads_plan(preview, form, labels_of(self.context, self.fields))
        if isinstance(plan, Unplanned):
            error = self.context.words.get(f"import.page.{plan.code}", detail=plan.detail)
            return await self._preview(upload, form, error)
        await self.uploads.start(upload.id, plan.text())
        return redirect(f"/import/{upload.id}")

    async def errors(self, request: web.Request) -> web.StreamResponse:
        """Hand out what was wrong, as a table."""
        upload = await self._own(request)
        if upload is None:
            return self._notice("no_file", 404)
        headers = {
            "Content-Disposition": f'attachment; filename="errors-{upload.id}.csv"',
            "Content-Type": "text/csv; charset=utf-8",
        }
        response = web.StreamResponse(headers={**HEADERS, **headers})
        await response.prepare(request)
        text = io.StringIO("\ufeff")
        text.seek(1)
        write_header(text, self.context.words)
        after = 0
        while True:
            found, after = await self.uploads.faults(upload.id, after, _FAULTS)
            rows = [FaultyRow(f.line, Fault(f.column, f.code)) for f in found]
            write_faults(text, self.context.words, rows)
            await response.write(text.getvalue().encode())
            text = io.StringIO()
            if len(found) < _FAULTS:
                return response

    # ----------------------------------------------------------------- pages

    async def _own(self, request: web.Request) -> Upload | None:
        userid = self._member(request)
        upload = await self.uploads.get(int(request.match_info["upload_id"]))
        return upload if upload is not None and userid and upload.userid == userid else None

    async def _preview_of(self, upload: Upload) -> Preview:
        return msgspec.json.decode(await self.uploads.preview(upload.id), type=Preview)

    async def _preview(
        self, upload: Upload, form: Mapping[str, str] | None = None, error: str = ""
    ) -> web.Response:
        preview = await self._preview_of(upload)
        labels = labels_of(self.context, self.fields)
        chosen = first_choice(preview, labels)
        if form is not None:
            chosen = {c: form.get(f"c{n}", "") for n, c in enumerate(preview.header)}
        return self._page(
            "import_preview",
            status=422 if error else 200,
            upload=upload,
            preview=preview,
            samples=[preview.told(number) for number in range(len(preview.header))],
            chosen=chosen,
            keys=KEYS,
            keep=KEEP,
            labels={n: word for n, word in labels.items() if n not in KEYS},
            kinds=[kind.value for kind in LISTABLE],
            form=form or {},
            error=error,
        )

    def _page(self, template: str, status: int = 200, **values: object) -> web.Response:
        return self.pages.page(template, status, **values)

    def _notice(self, key: str, status: int) -> web.Response:
        return self._page("notice", status, key=f"import.page.{key}")
