"""The page of operations for tags and segments: definitions, sizes, an expression box, files."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import web

from domain.behaviour.forms import RuleForm
from domain.segments.segment import SegmentText
from domain.tags.reading import TagText
from domain.tags.spec import Refresh, TagKind, Theme
from domain.values import Role, UserId
from handlers.actions.roles import actor_of
from handlers.actions.segments.defining import book_of, checked, define, rule_of, withdraw
from handlers.actions.segments.files import FORMATS
from handlers.actions.segments.finding import estimate
from handlers.actions.tags.defining import publish
from handlers.actions.tags.show import value_words
from handlers.web.rendering import HEADERS, Renderer
from handlers.web.session import Sessions
from storage.queries.tag_sizes import layer_sizes, tag_sizes
from storage.repositories.segments import DONE, Segments

if TYPE_CHECKING:
    from domain.tags.spec import TagSpec
    from handlers.web.pages import Pages
    from storage.unit_of_work import UnitOfWork

_ROLES = frozenset({Role.OPERATIONS, Role.MANAGER, Role.ADMIN})
_HOME = "/tags"
_MOST_CHARACTERS = 50_000
#: Name under which a check in the box stands; nobody can give it to a segment.
_TRIED = "?"
_TYPES = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
#: Between the word of a layer and its condition, one layer in a line.
_COLONS = ("：", ":")

#: What was typed; anything but text is left aside.
Form = Mapping[str, object]
Handler = Callable[[web.Request, UserId], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class TagPages:
    """Serves the page to operations, managers and administrators who have logged in."""

    pages: Pages

    def mount(self, app: web.Application) -> None:
        """Add the routes."""
        door = _Door(self.pages)
        app.router.add_get(_HOME, door.guarded(door.home))
        app.router.add_post(f"{_HOME}/check", door.guarded(door.check))
        app.router.add_post(f"{_HOME}/segments", door.guarded(door.keep_segment))
        app.router.add_post(f"{_HOME}/withdrawn", door.guarded(door.withdraw))
        app.router.add_get(f"{_HOME}/rule", door.guarded(door.rule))
        app.router.add_post(f"{_HOME}/definitions", door.guarded(door.publish))
        app.router.add_post(f"{_HOME}/runs", door.guarded(door.compute))
        app.router.add_post(f"{_HOME}/files", door.guarded(door.make_file))
        app.router.add_get(f"{_HOME}/files/{{file:[0-9]{{1,18}}}}", door.guarded(door.file))


class _Door:
    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._ctx = pages.context
        self._sessions = Sessions(pages.store.vault)
        self._renderer = Renderer(pages.context.words)

    def guarded(self, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Let only those through who may draw segments; others log in or are told so."""

        async def route(request: web.Request) -> web.StreamResponse:
            now = self._pages.clock.now()
            userid = self._sessions.member(request, now)
            if userid is None:
                state = self._sessions.state_for(_HOME, now)
                headers = {"Location": self._pages.login.link(state), **HEADERS}
                return web.Response(status=HTTPStatus.SEE_OTHER, headers=headers)
            async with self._pages.store.looking(now) as work:
                actor = await actor_of(work, userid)
            if not actor.roles & _ROLES:
                status = HTTPStatus.FORBIDDEN
                return self._renderer.page("notice", status=status, key="tag_page.not_allowed")
            return await handler(request, userid)

        return route

    async def home(self, request: web.Request, userid: UserId) -> web.Response:
        """Show everything."""
        del userid
        return await self._shown(notice=request.query.get("done", ""))

    async def _shown(self, notice: str = "", problem: str = "", **typed: str) -> web.Response:
        ctx = self._ctx
        async with self._pages.store.database.read() as tx:
            tags = await ctx.tag_keeper.refresh(tx)
            book = await book_of(tx, ctx)
            runs = await Segments(tx).last_sizes()
            sizes = await tag_sizes(tx)
            specs = tags.book.specs.values()
            layers = await layer_sizes(tx, [s.name for s in specs if s.kind is TagKind.LAYERS])
        page = self._renderer.page(
            "tags",
            status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
            segments=[(text, runs.get(name)) for name, text in sorted(book.texts.items())],
            themes=tags.book.themed(),
            by_hand=[(n, sizes.get(n, 0)) for n in sizes if n not in tags.book.specs],
            sizes=sizes,
            layers={
                name: [(value_words(ctx, value), count) for value, count in found]
                for name, found in layers.items()
            },
            formula=_formula,
            kinds=list(TagKind),
            all_themes=list(Theme),
            refreshes=list(Refresh),
            formats=FORMATS,
            forms=list(RuleForm),
            notice=notice if notice in _NOTICES else "",
            problem=problem,
            typed=typed,
            local=lambda moment: moment.astimezone(ctx.zone),
        )
        page.headers["Content-Security-Policy"] = _POLICY
        return page

    async def check(self, request: web.Request, userid: UserId) -> web.Response:
        """Say what is wrong with an expression while it is typed, or how many it means."""
        del userid
        form = await request.post()
        text = _text(form, "when")
        if not text:
            return web.json_response({"ok": False, "message": ""}, headers=HEADERS)
        async with self._pages.store.database.read() as tx:
            book = await checked(tx, self._ctx, SegmentText(_TRIED, text))
        if isinstance(book, str):
            return web.json_response({"ok": False, "message": book}, headers=HEADERS)
        message = self._ctx.words.get("tag_page.right")
        if form.get("estimate"):
            now = self._pages.clock.now()
            found = await estimate(self._pages.store, self._ctx, book.wholes[_TRIED], now)
            key = "segment.exactly" if found.is_exact else "segment.about"
            message = self._ctx.words.get(key, size=found.size, everybody=found.everybody)
        return web.json_response({"ok": True, "message": message}, headers=HEADERS)

    async def keep_segment(self, request: web.Request, userid: UserId) -> web.Response:
        """Keep a segment, and ask for its list."""
        form = await request.post()
        draft = SegmentText(_text(form, "name"), _text(form, "when"), _text(form, "note")[:200])
        async with self._pages.store.unit_of_work(self._pages.clock.now()) as work:
            made = await define(work, self._ctx, draft, userid)
            if isinstance(made, SegmentText):
                await Segments(work.tx).ask(work.ids, made, userid, work.now)
                await self._commanded(work, userid, "segment")
                await work.commit()
        if isinstance(made, str):
            typed = {"name": draft.name, "when": draft.text, "note": draft.note}
            return await self._shown(problem=made, **typed)
        return _back("segment")

    async def withdraw(self, request: web.Request, userid: UserId) -> web.Response:
        """Take a segment away, unless another one mentions it; its past lists stay."""
        name = _text(await request.post(), "name")
        async with self._pages.store.unit_of_work(self._pages.clock.now()) as work:
            refused = await withdraw(work, self._ctx, name, userid)
            if refused is None:
                await self._commanded(work, userid, "segment")
                await work.commit()
        if refused is None:
            return _back("withdrawn")
        problem = self._ctx.words.get(f"refusals.{refused.code}", detail=refused.detail)
        return await self._shown(problem=problem)

    async def rule(self, request: web.Request, userid: UserId) -> web.Response:
        """Hand out the condition of a segment for another system."""
        del userid
        name, form = request.query.get("name", ""), request.query.get("form", "")
        rule: bytes | str = self._ctx.words.get("segment.unknown", name=name)
        async with self._pages.store.database.read() as tx:
            if form in set(RuleForm) and name in (await book_of(tx, self._ctx)).texts:
                rule = await rule_of(tx, self._ctx, name, RuleForm(form))
        if isinstance(rule, str):
            return await self._shown(problem=rule)
        disposition = f'attachment; filename="segment-{form}.json"'
        headers = {**HEADERS, "Content-Disposition": disposition}
        return web.Response(body=rule, content_type="application/json", headers=headers)

    async def publish(self, request: web.Request, userid: UserId) -> web.Response:
        """Put a definition of a tag in force."""
        form = await request.post()
        draft = _draft(form)
        if isinstance(draft, str):
            return await self._shown(problem=self._ctx.words.get(draft))
        async with self._pages.store.unit_of_work(self._pages.clock.now()) as work:
            made = await publish(work, self._ctx, draft, userid)
            if not isinstance(made, str):
                await self._commanded(work, userid, "tag")
                await work.commit()
        return await self._shown(problem=made) if isinstance(made, str) else _back("tag")

    async def compute(self, request: web.Request, userid: UserId) -> web.Response:
        """Ask for the full list of a segment."""
        name = _text(await request.post(), "name")
        async with self._pages.store.unit_of_work(self._pages.clock.now()) as work:
            book = await book_of(work.tx, self._ctx)
            if name not in book.texts:
                words = self._ctx.words
                return await self._shown(problem=words.get("segment.unknown", name=name))
            await Segments(work.tx).ask(work.ids, book.texts[name], userid, work.now)
            await work.commit()
        return _back("run")

    async def make_file(self, request: web.Request, userid: UserId) -> web.Response:
        """Ask for a file of the last list; phones in it are masked."""
        form = await request.post()
        run_word, kind = _text(form, "run"), _text(form, "format")
        async with self._pages.store.unit_of_work(self._pages.clock.now()) as work:
            segments = Segments(work.tx)
            run = await segments.run(int(run_word)) if run_word.isdecimal() else None
            if run is None or run.state != DONE or kind not in FORMATS:
                return await self._shown(problem=self._ctx.words.get("tag_page.no_list"))
            file_id = await segments.ask_file(work.ids, run, kind, (userid, False), work.now)
            await self._commanded(work, userid, "export")
            await work.commit()
        return _go(f"{_HOME}/files/{file_id}")

    async def file(self, request: web.Request, userid: UserId) -> web.StreamResponse:
        """Hand out a file to who asked for it, as soon as it is made."""
        async with self._pages.store.database.read() as tx:
            segments = Segments(tx)
            now = self._pages.clock.now()
            file = await segments.file(int(request.match_info["file"]), now)
            if file is None or file.asked_by != userid:
                status = HTTPStatus.NOT_FOUND
                return self._renderer.page("notice", status=status, key="tag_page.no_file")
            if file.state != DONE:
                response = self._renderer.page("notice", key="tag_page.being_made")
                response.headers["Refresh"] = "1"
                return response
            content = await segments.content(self._pages.store.vault, file.id)
        disposition = f'attachment; filename="segment-{file.run_id}.{file.format}"'
        headers = {**HEADERS, "Content-Disposition": disposition}
        return web.Response(body=content, content_type=_TYPES[file.format], headers=headers)

    async def _commanded(self, work: UnitOfWork, userid: UserId, command: str) -> None:
        key = f"page:{command}:{work.ids.next()}"
        await work.records.commanded(userid, command, "done", dedupe_key=key, at=work.now)


#: The page has a script of our own, which asks our own server.
_POLICY = f"{HEADERS['Content-Security-Policy']}; script-src 'self'; connect-src 'self'"
_NOTICES = frozenset({"segment", "tag", "run", "withdrawn"})


def _back(done: str) -> web.Response:
    return _go(f"{_HOME}?done={done}")


def _go(path: str) -> web.Response:
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": path, **HEADERS})


def _text(form: Form, name: str) -> str:
    value = form.get(name, "")
    return value.strip()[:_MOST_CHARACTERS] if isinstance(value, str) else ""


def _draft(form: Form) -> TagText | str:
    """Return the definition that was typed, or the text that says what is missing."""
    kind, theme, refresh = (_text(form, name) for name in ("kind", "theme", "refresh"))
    if kind not in set(TagKind) or theme not in set(Theme) or refresh not in set(Refresh):
        return "tag_page.choose"
    formula = _text(form, "formula")
    layers: tuple[tuple[str, str], ...] = ()
    if kind == TagKind.LAYERS:
        lines = [line for line in formula.splitlines() if line.strip()]
        parts = [_layer(line) for line in lines]
        if not all(word and when for word, when in parts):
            return "tag_page.layers_wanted"
        layers, formula = tuple(parts), ""
    return TagText(
        name=_text(form, "name"),
        kind=TagKind(kind),
        value=formula,
        layers=layers,
        otherwise=_text(form, "otherwise"),
        theme=Theme(theme),
        refresh=Refresh(refresh),
        note=_text(form, "note")[:200],
        unit=_text(form, "unit"),
        corp_group=_text(form, "corp_group"),
    )


def _layer(line: str) -> tuple[str, str]:
    at = min((line.find(colon) for colon in _COLONS if colon in line), default=-1)
    return (line[:at].strip(), line[at + 1 :].strip()) if at >= 0 else ("", "")


def _formula(spec: TagSpec) -> str:
    """Return a definition as it is typed into the box."""
    if spec.kind is not TagKind.LAYERS:
        return spec.formulas[0].text
    return "\n".join(f"{formula.word}{_COLONS[0]}{formula.text}" for formula in spec.formulas)
