"""The page of the rules of the score: read, hand a draft in, try it on all leads, publish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from aiohttp import web

from domain.errors import ClewError
from domain.scoring.version import RuleVersion
from domain.values import Refusal, Role
from handlers.actions.portray import moment_words
from handlers.actions.roles import actor_of
from handlers.actions.rule_drafts import Given, Handed, keep, understood
from handlers.actions.rule_table import moves_of, parts_of
from handlers.actions.rule_words import PAGE, author_words
from handlers.actions.rules import UNKNOWN_VERSION, publish
from handlers.actions.show import name_of
from handlers.web.desk import Desk
from handlers.web.rendering import redirect

if TYPE_CHECKING:
    from domain.values import UserId
    from storage.unit_of_work import UnitOfWork

PATH = PAGE
ROLES = frozenset({Role.OPERATIONS, Role.MANAGER, Role.ADMIN})
#: Versions listed.
_SHOWN = 20
#: Bytes of a form with its files; tables of thousands of rules stay below.
_MOST_FORM = 768 * 1024
_MOST_NOTE = 200
_DIGITS = 7
_GRADES, _LEVELS = "ABCD", "1234"
_DONE = frozenset({"kept", "trying", "published"})


@dataclass(frozen=True, slots=True)
class Told:
    """What the page says about what was just asked of it, and what was typed."""

    words: str = ""
    problem: str = ""
    texts: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """What was handed in: by whom, which button, the fields, the texts of files and boxes."""

    userid: UserId
    fields: Mapping[str, str]
    texts: tuple[str, ...] = field(default=())

    def number(self, name: str) -> int:
        """Return a field as a number, 0 where it is none."""
        word = self.fields.get(name, "")
        return int(word) if word.isascii() and word.isdigit() and len(word) <= _DIGITS else 0


@dataclass(frozen=True, slots=True)
class RulesPage(Desk):
    """Serves the page to operations, managers and administrators."""

    def mount(self, app: web.Application) -> None:
        """Add the routes."""
        app.router.add_get(PATH, self.show)
        app.router.add_get(f"{PATH}/{{number:[0-9]{{1,7}}}}", self.version)
        app.router.add_post(f"{PATH}/draft", self.draft)
        app.router.add_post(f"{PATH}/try", self.try_out)
        app.router.add_post(f"{PATH}/publish", self.publish)

    # ------------------------------------------------------------- looking

    async def show(self, request: web.Request) -> web.Response:
        """Show the rules in force, the newest versions and the form for a draft."""
        now = self.clock.now()
        userid = self.visitor(request, PATH, now)
        if isinstance(userid, web.Response):
            return userid
        done = request.query.get("done", "")
        words = self.context.words.get(f"rules_page.done.{done}") if done in _DONE else ""
        async with self.store.looking(now) as work:
            if not await _may(work, userid):
                return self.render("notice", status=403, key="page.not_allowed")
            return await self._home(work, userid, Told(words))

    async def version(self, request: web.Request) -> web.Response:
        """Show one version: its rules, its files, what a trial found."""
        now = self.clock.now()
        path = f"{PATH}/{request.match_info['number']}"
        userid = self.visitor(request, path, now)
        if isinstance(userid, web.Response):
            return userid
        async with self.store.looking(now) as work:
            if not await _may(work, userid):
                return self.render("notice", status=403, key="page.not_allowed")
            found = await work.rules.version(int(request.match_info["number"]))
            if found is None:
                return self.render("notice", status=404, key=f"refusals.{UNKNOWN_VERSION}")
            return await self._one(work, userid, found)

    async def _home(self, work: UnitOfWork, userid: UserId, told: Told) -> web.Response:
        ctx = self.context
        rules = await ctx.rulebook.refresh(work.tx)
        await ctx.kinds.refresh(work.tx)
        running = await work.rules.version(rules.version)
        return self.render(
            "rules",
            status=HTTPStatus.UNPROCESSABLE_ENTITY if told.problem else HTTPStatus.OK,
            told=told,
            running=running,
            number=rules.version,
            parts=parts_of(ctx, rules),
            versions=await work.rules.newest(_SHOWN),
            author=self._author,
            token=self.sessions.token_for(userid, work.now),
            moment=lambda at: moment_words(at, ctx),
        )

    async def _one(
        self, work: UnitOfWork, userid: UserId, version: RuleVersion, refusal: str = ""
    ) -> web.Response:
        ctx, trial = self.context, version.trial
        rules = await ctx.rulebook.refresh(work.tx)
        try:
            parts, problem = parts_of(ctx, await ctx.rulebook.tables(work.tx, version)), ""
        except ClewError as error:  # kept by another release of the program
            parts, problem = [], str(error)
        page = self.render(
            "rule_version",
            status=HTTPStatus.CONFLICT if refusal else HTTPStatus.OK,
            version=version,
            parts=parts,
            problem=problem,
            refusal=refusal,
            author=self._author,
            asks=version.activates_many(rules.guard),
            most=f"{rules.guard.most_activated:.0%}",
            trial=trial,
            grades=moves_of(trial.grades, _GRADES) if trial else [],
            levels=moves_of(trial.levels, _LEVELS) if trial else [],
            examples=await self._examples(work, version),
            token=self.sessions.token_for(userid, work.now),
            moment=lambda at: moment_words(at, ctx),
        )
        if version.trial_for:  # it is being tried: look again
            page.headers["Refresh"] = "2"
        return page

    def _author(self, version: RuleVersion) -> str:
        return author_words(self.context.words, version.author)

    async def _examples(self, work: UnitOfWork, version: RuleVersion) -> list[tuple[int, str]]:
        if version.trial is None:
            return []
        await work.load((), version.trial.examples)
        leads = [work.leads.get(one) for one in version.trial.examples if work.leads.knows(one)]
        return [(lead.id, name_of(work, self.context, lead.person_id)) for lead in leads]

    # ------------------------------------------------------------- doing

    async def draft(self, request: web.Request) -> web.Response:
        """Check a draft, or keep it: files that were chosen, else what stands in the box."""
        form = await self._form(request)
        if isinstance(form, web.Response):
            return form
        note = form.fields.get("note", "")[:_MOST_NOTE]
        given = Given([Handed(text) for text in form.texts], form.number("base"), note)
        is_kept = form.fields.get("wish") == "keep"
        async with self.store.unit_of_work(self.clock.now()) as work:
            if not await _may(work, form.userid):
                return self.render("notice", status=403, key="page.not_allowed")
            told = await self._drafted(work, given, form.userid, is_kept=is_kept)
            if isinstance(told, int):
                await _note(work, form.userid, "rules_draft")
                await work.commit()
                return redirect(f"{PATH}/{told}")
            return await self._home(work, form.userid, told)

    async def _drafted(
        self, work: UnitOfWork, given: Given, by: UserId, *, is_kept: bool
    ) -> int | Told:
        say, ctx = self.context.words.get, self.context
        typed = Told(texts=tuple(one.text for one in given.texts), note=given.note)
        if not given.texts:
            return Told(problem=say("rules_page.nothing_given"), note=given.note)
        try:
            if is_kept:
                found: object = await keep(work, ctx, given, by)
            else:
                found = await understood(work, ctx, given)
        except ClewError as error:
            return Told(problem=str(error), texts=typed.texts, note=given.note)
        if isinstance(found, Refusal):
            return Told(problem=say(f"refusals.{found.code}"), texts=typed.texts, note=given.note)
        if isinstance(found, int):
            return found
        return Told(say("rules_page.right"), texts=typed.texts, note=given.note)

    async def try_out(self, request: web.Request) -> web.Response:
        """Let a version be tried on all open leads; the page of the version waits for it."""
        form = await self._form(request)
        if isinstance(form, web.Response):
            return form
        async with self.store.unit_of_work(self.clock.now()) as work:
            if not await _may(work, form.userid):
                return self.render("notice", status=403, key="page.not_allowed")
            version = await work.rules.version(form.number("number"))
            if version is None or not version.is_open:
                return self.render("notice", status=404, key=f"refusals.{UNKNOWN_VERSION}")
            await work.rules.ask_trial(version.number, form.userid)
            await _note(work, form.userid, "rules_try")
            await work.commit()
        return redirect(f"{PATH}/{version.number}")

    async def publish(self, request: web.Request) -> web.Response:
        """Put a version in force; one that activates many only when that was confirmed."""
        form = await self._form(request)
        if isinstance(form, web.Response):
            return form
        number, is_sure = form.number("number"), form.fields.get("confirmed") == "yes"
        async with self.store.unit_of_work(self.clock.now()) as work:
            if not await _may(work, form.userid):
                return self.render("notice", status=403, key="page.not_allowed")
            done = await publish(work, self.context, number, form.userid, is_confirmed=is_sure)
            if isinstance(done, Refusal):
                version = await work.rules.version(number)
                if version is None:
                    return self.render("notice", status=404, key=f"refusals.{done.code}")
                words = self.context.words.get(f"refusals.{done.code}")
                return await self._one(work, form.userid, version, words)
            await _note(work, form.userid, "rules_publish")
            await work.commit()
        return redirect(f"{PATH}?{urlencode({'done': 'published'})}")

    async def _form(self, request: web.Request) -> Form | web.Response:
        """Return what was handed in by a form of ours that was shown to the same member."""
        if (request.content_length or 0) > _MOST_FORM:
            return self.render("notice", status=413, key="rules_page.too_large")
        posted = await request.post()
        fields = {name: value for name, value in posted.items() if isinstance(value, str)}
        userid = self.sender(request, fields, self.clock.now())
        if userid is None:
            return self.render("notice", status=403, key="page.form_expired")
        try:
            texts = _texts([value for _, value in posted.items()])
        except UnicodeDecodeError:
            return self.render("notice", status=422, key="rules_page.not_text")
        box = fields.get("text", "")
        given = texts or ([box] if box.strip() else [])
        return Form(userid, fields, tuple(given))


def _texts(values: Sequence[object]) -> list[str]:
    files = [value for value in values if isinstance(value, web.FileField)]
    return [text for file in files if (text := file.file.read().decode("utf-8-sig")).strip()]


async def _may(work: UnitOfWork, userid: UserId) -> bool:
    return bool((await actor_of(work, userid)).roles & ROLES)


async def _note(work: UnitOfWork, userid: UserId, command: str) -> None:
    key = f"page:{command}:{work.ids.next()}"
    await work.records.commanded(userid, command, "done", dedupe_key=key, at=work.now)
