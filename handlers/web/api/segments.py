"""Segments by the signed API: define → compute → generate file → download."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import msgspec
from aiohttp import web

from domain.access import Scope
from domain.behaviour.forms import RuleForm
from domain.segments.segment import SegmentText
from domain.values import PersonId, Refusal
from handlers.actions.segments.defining import book_of, define, rule_of, withdraw
from handlers.actions.segments.files import FORMATS
from handlers.actions.segments.finding import estimate
from handlers.web.api.document import Faults, read_json, read_struct
from handlers.web.api.problem import HEADERS, ApiProblem, json_answer
from storage.repositories.segments import DONE, SegmentFile, SegmentRun, Segments

if TYPE_CHECKING:
    from handlers.context import Context
    from handlers.web.api.gate import Call
    from storage.unit_of_work import Store

Given = TypeVar("Given", bound=msgspec.Struct)

_MOST_MEMBERS = 1_000
_MOST_RUNS = 100
#: Of the largest id.
_DIGITS = 18
#: Media types of files by format.
TYPES = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}


class DefineIn(msgspec.Struct, forbid_unknown_fields=True):
    """A definition: the condition is a text in ``when`` or an object in ``rule``, not both."""

    when: Annotated[str, msgspec.Meta(max_length=4000)] = ""
    rule: Annotated[
        dict[str, Any] | None,
        msgspec.Meta(description="a rule of Sensors Analytics, or the JSON form of an expression"),
    ] = None
    note: Annotated[str, msgspec.Meta(max_length=200)] = ""


class RuleOut(msgspec.Struct):
    """The condition of a segment for another system."""

    name: str
    form: str
    rule: dict[str, Any]


class FileIn(msgspec.Struct, forbid_unknown_fields=True):
    """Which file to make."""

    format: Annotated[str, msgspec.Meta(description="csv or parquet")]


class SegmentOut(msgspec.Struct):
    """A segment, with what its last computation found."""

    name: str
    when: str
    note: str
    version: int
    size: int | None = None
    as_of: datetime | None = None


class SegmentsOut(msgspec.Struct):
    """All segments."""

    segments: list[SegmentOut]


class RunOut(msgspec.Struct):
    """A computation: who is in it is known once ``state`` is ``done``."""

    run: str
    segment: str
    version: int
    state: str
    size: int
    joined: int
    gone: int
    as_of: datetime | None
    asked_at: datetime


class RunsOut(msgspec.Struct):
    """The history of a segment, newest first."""

    runs: list[RunOut]


class MembersOut(msgspec.Struct):
    """A page of persons in order of id; ``next`` is empty at the end."""

    segment: str
    run: str
    persons: list[str]
    next: str


class EstimateOut(msgspec.Struct):
    """About how many, of how many looked at."""

    size: int
    is_exact: bool
    looked_at: int
    everybody: int


class FileOut(msgspec.Struct):
    """A file: it can be fetched once ``state`` is ``done``, until ``expires_at``."""

    file: str
    format: str
    state: str
    rows: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SegmentDoor:
    """Takes and answers calls about segments."""

    ctx: Context
    store: Store

    async def list(self, call: Call) -> web.Response:
        """List segments with the sizes last found."""
        del call
        async with self.store.database.read() as tx:
            book = await book_of(tx, self.ctx)
            sizes = await Segments(tx).last_sizes()
        shown = [_segment(text, sizes.get(name)) for name, text in sorted(book.texts.items())]
        return json_answer(SegmentsOut(shown))

    async def define(self, call: Call) -> web.Response:
        """Define a segment, or give it another definition."""
        given = self._read(call, DefineIn)
        if bool(given.when) == (given.rule is not None):
            raise ApiProblem(HTTPStatus.UNPROCESSABLE_ENTITY, "when_or_rule")
        when = given.when or msgspec.json.encode(given.rule).decode()
        text = SegmentText(call.request.match_info["name"], when, given.note)
        async with self.store.unit_of_work(call.now) as work:
            made = await define(work, self.ctx, text, call.key.looker[:64])
            if isinstance(made, str):
                status = HTTPStatus.UNPROCESSABLE_ENTITY
                raise ApiProblem(status, "wrong_segment", {"reason": made})
            await work.commit()
        return json_answer(_segment(made, None), HTTPStatus.OK)

    async def rule(self, call: Call) -> web.Response:
        """Write the condition for another system."""
        form = RuleForm(call.request.match_info["form"])
        async with self.store.database.read() as tx:
            name = self._named(call, (await book_of(tx, self.ctx)).texts)
            rule = await rule_of(tx, self.ctx, name, form)
        if isinstance(rule, str):
            raise ApiProblem(HTTPStatus.UNPROCESSABLE_ENTITY, "no_rule", {"reason": rule})
        return json_answer(RuleOut(name, form.value, msgspec.json.decode(rule)))

    async def withdraw(self, call: Call) -> web.Response:
        """Take a segment away."""
        name = call.request.match_info["name"]
        async with self.store.unit_of_work(call.now) as work:
            refused = await withdraw(work, self.ctx, name, call.key.looker[:64])
            if isinstance(refused, Refusal):
                is_gone = refused.code == "no_such_segment"
                status = HTTPStatus.NOT_FOUND if is_gone else HTTPStatus.CONFLICT
                raise ApiProblem(status, refused.code, {"detail": refused.detail})
            await work.commit()
        return web.Response(status=HTTPStatus.NO_CONTENT, headers=HEADERS)

    async def estimate(self, call: Call) -> web.Response:
        """Count quickly, from a sample when there are many people."""
        async with self.store.database.read() as tx:
            book = await book_of(tx, self.ctx)
        name = self._named(call, book.texts)
        found = await estimate(self.store, self.ctx, book.wholes[name], call.now)
        return json_answer(
            EstimateOut(found.size, found.is_exact, found.looked_at, found.everybody)
        )

    async def compute(self, call: Call) -> web.Response:
        """Ask for the full list."""
        async with self.store.unit_of_work(call.now) as work:
            book = await book_of(work.tx, self.ctx)
            name = self._named(call, book.texts)
            segments = Segments(work.tx)
            run_id = await segments.ask(work.ids, book.texts[name], call.key.looker, call.now)
            run = await segments.run(run_id)
            await work.commit()
        return json_answer(_run(run) if run else None, HTTPStatus.ACCEPTED)

    async def run(self, call: Call) -> web.Response:
        """Tell how far a computation is."""
        async with self.store.database.read() as tx:
            return json_answer(_run(await self._run(call, Segments(tx))))

    async def runs(self, call: Call) -> web.Response:
        """Show sizes over time."""
        async with self.store.database.read() as tx:
            name = self._named(call, (await book_of(tx, self.ctx)).texts)
            found = await Segments(tx).runs(name, _MOST_RUNS)
        return json_answer(RunsOut([_run(run) for run in found]))

    async def members(self, call: Call) -> web.Response:
        """List who is in a segment as of a computation, page by page."""
        after = _whole(call, "after", 0)
        limit = min(_whole(call, "limit", _MOST_MEMBERS), _MOST_MEMBERS)
        async with self.store.database.read() as tx:
            segments = Segments(tx)
            run = await self._run(call, segments)
            if run.state != DONE:
                raise ApiProblem(HTTPStatus.CONFLICT, "segment_not_computed")
            found = await segments.members(run, PersonId(after), max(limit, 1))
        following = str(found[-1]) if len(found) == limit else ""
        persons = [str(one) for one in found]
        return json_answer(MembersOut(run.name, str(run.id), persons, following))

    async def make_file(self, call: Call) -> web.Response:
        """Ask for a file of a computation."""
        given = self._read(call, FileIn)
        if given.format not in FORMATS:
            values = {"formats": "、".join(FORMATS)}
            raise ApiProblem(HTTPStatus.UNPROCESSABLE_ENTITY, "wrong_format", values)
        async with self.store.unit_of_work(call.now) as work:
            segments = Segments(work.tx)
            run = await self._run(call, segments)
            if run.state != DONE:
                raise ApiProblem(HTTPStatus.CONFLICT, "segment_not_computed")
            who = (call.key.looker, call.key.may(Scope.CONTACTS_READ))
            file_id = await segments.ask_file(work.ids, run, given.format, who, call.now)
            file = await segments.file(file_id, call.now)
            await work.commit()
        return json_answer(_file(file) if file else None, HTTPStatus.ACCEPTED)

    async def file(self, call: Call) -> web.Response:
        """Tell how far a file is."""
        async with self.store.database.read() as tx:
            return json_answer(_file(await self._file(call, Segments(tx))))

    async def content(self, call: Call) -> web.Response:
        """Hand out a file, to the key that asked for it."""
        async with self.store.database.read() as tx:
            segments = Segments(tx)
            file = await self._file(call, segments)
            if file.state != DONE:
                raise ApiProblem(HTTPStatus.CONFLICT, "file_not_made")
            content = await segments.content(self.store.vault, file.id)
        disposition = f'attachment; filename="segment-{file.run_id}.{file.format}"'
        headers = {**HEADERS, "Content-Disposition": disposition}
        return web.Response(body=content, content_type=TYPES[file.format], headers=headers)

    def _read(self, call: Call, kind: type[Given]) -> Given:
        faults = Faults(self.ctx.words)
        given = read_struct(read_json(call.body), kind, "", faults)
        if given is None or faults.found:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            raise ApiProblem(status, "wrong_fields", fields=faults.found)
        return given

    def _named(self, call: Call, known: Container[str]) -> str:
        name = call.request.match_info["name"]
        if name not in known:
            raise ApiProblem(HTTPStatus.NOT_FOUND, "no_such_segment", {"detail": name})
        return name

    async def _run(self, call: Call, segments: Segments) -> SegmentRun:
        run = await segments.run(int(call.request.match_info["run"]))
        if run is None:
            raise ApiProblem(HTTPStatus.NOT_FOUND, "no_run")
        return run

    async def _file(self, call: Call, segments: Segments) -> SegmentFile:
        file = await segments.file(int(call.request.match_info["file"]), call.now)
        if file is None or file.asked_by != call.key.looker:
            raise ApiProblem(HTTPStatus.NOT_FOUND, "no_file")
        return file


def _whole(call: Call, name: str, otherwise: int) -> int:
    word = call.request.query.get(name, "")
    if word and not (word.isascii() and word.isdecimal() and len(word) <= _DIGITS):
        raise ApiProblem(HTTPStatus.BAD_REQUEST, "not_a_number", {"name": name})
    return int(word) if word else otherwise


def _segment(text: SegmentText, run: SegmentRun | None) -> SegmentOut:
    size, as_of = (run.size, run.as_of) if run else (None, None)
    return SegmentOut(text.name, text.text, text.note, text.version, size, as_of)


def _run(run: SegmentRun) -> RunOut:
    return RunOut(
        run=str(run.id),
        segment=run.name,
        version=run.version,
        state=run.state,
        size=run.size,
        joined=run.joined,
        gone=run.gone,
        as_of=run.as_of,
        asked_at=run.asked_at,
    )


def _file(file: SegmentFile) -> FileOut:
    return FileOut(str(file.id), file.format, file.state, file.rows, file.expires_at)
