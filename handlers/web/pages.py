"""The pages that employees open from cards: login, and one lead on one screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from domain.cleaning.findings import findings_of
from domain.lead import Lead
from domain.values import IdentityKind, LeadId, UserId
from handlers.actions.look_up import may_see
from handlers.actions.portray import called, day_words, moment_words, portrait_of, wished_words
from handlers.actions.roles import actor_of
from handlers.actions.show import may_see_phone
from handlers.actions.trend import Point, trend_of
from handlers.web.event_pages import EventPages
from handlers.web.isolation import IsolationPage
from handlers.web.rendering import FOLDER, Renderer, redirect, visitor_or_login
from handlers.web.review_page import ReviewPage
from handlers.web.rules_page import RulesPage
from handlers.web.session import CALLBACK, LoginPage, Sessions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.person import Person
    from domain.portrait import Portrait
    from handlers.context import Context
    from handlers.ports import Clock, Visitors
    from storage.unit_of_work import Store, UnitOfWork


@dataclass(frozen=True, slots=True)
class Pages:
    """What the pages need; ``visitors`` asks the platform who holds a login code."""

    store: Store
    context: Context
    clock: Clock
    visitors: Visitors
    login: LoginPage

    def mount(self, app: web.Application) -> None:
        """Add the routes."""
        door = _Door(self)
        app.router.add_get("/leads/{lead_id:[0-9]{1,19}}", door.lead)
        app.router.add_get(CALLBACK, door.logged_in)
        app.router.add_get("/", door.home)
        for desk in door.desks():
            desk.mount(app)
        app.router.add_static("/static", FOLDER / "static")


class _Door:
    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._sessions = Sessions(pages.store.vault)
        self._page = Renderer(pages.context.words).page

    def desks(self) -> Iterator[EventPages | IsolationPage | ReviewPage | RulesPage]:
        """Yield the pages of operations."""
        pages = self._pages
        for desk in (EventPages, IsolationPage, ReviewPage, RulesPage):
            yield desk(
                pages.store, pages.context, pages.clock, self._sessions, pages.login, self._page
            )

    async def home(self, request: web.Request) -> web.Response:
        """Say what this address is; the chat is where the work is done."""
        del request
        return self._page("notice", key="page.home")

    async def logged_in(self, request: web.Request) -> web.Response:
        """Come back from the platform's login and go where one wanted to go."""
        now = self._pages.clock.now()
        path = self._sessions.path_of(request.query.get("state", ""), now)
        userid = await self._pages.visitors.member_of(request.query.get("code", ""))
        if path is None or not userid:
            return self._page("notice", status=403, key="page.login_failed")
        response = redirect(path)
        self._sessions.remember(response, userid, now)
        return response

    async def lead(self, request: web.Request) -> web.Response:
        """Show a lead's portrait to whoever may see it; the look is written down."""
        now = self._pages.clock.now()
        visitor = visitor_or_login(request, self._sessions, self._pages.login, request.path, now)
        if isinstance(visitor, web.Response):
            return visitor
        userid = visitor
        lead_id = LeadId(int(request.match_info["lead_id"]))
        async with self._pages.store.unit_of_work(now) as work:
            await work.load((), [lead_id])
            actor = await actor_of(work, userid)
            lead = work.leads.get(lead_id) if work.leads.knows(lead_id) else None
            if lead is None or not may_see(lead, actor):
                status = 404 if lead is None else 403
                key = "page.no_lead" if lead is None else "page.not_yours"
                return self._page("notice", status=status, key=key)
            page = await self._portrait(work, lead, userid)
            await work.commit()
        return page

    async def _portrait(self, work: UnitOfWork, lead: Lead, userid: UserId) -> web.Response:
        ctx = self._pages.context
        may_see = may_see_phone(lead, userid)
        await ctx.rulebook.refresh(work.tx)
        portrait = portrait_of(work, ctx, lead, may_see_phone=may_see)
        owner = await work.organisation.employee(lead.owner) if lead.owner else None
        what = "portrait_with_phone" if may_see else "portrait"
        await work.records.looked(userid, lead.person_id, what=what, via="page", at=work.now)
        return self._page(
            "lead",
            name=called(portrait, ctx),
            portrait=portrait,
            lead=lead,
            owner=owner.name if owner else "",
            channel=ctx.catalog.channels.name_of(portrait.channel) if portrait.channel else "",
            interactions=_interactions(portrait, ctx),
            trend=_trend(await trend_of(work, ctx, lead), ctx),
            findings=_findings(work.people.whole(lead.person_id), ctx),
            moment=lambda at: moment_words(at, ctx),
            wished=lambda value: wished_words(value, ctx),
        )


def _findings(person: Person, ctx: Context) -> list[str]:
    """Return what is to be asked again, in words."""
    fields = {name: fact.value for name, fact in person.attributes.items()}
    if person.key_of(IdentityKind.WECHAT) or person.relations:
        fields |= {"wechat": "known"}  # somebody in WeCom is there to be asked
    keys = [identity.key for identity in person.identities]
    phones = [key.value for key in keys if key.kind is IdentityKind.PHONE]
    emails = [key.value for key in keys if key.kind is IdentityKind.EMAIL]
    found = findings_of({**fields, "name": person.name}, phones, emails)
    return [ctx.words.get(f"finding.{finding.code}") for finding in found]


def _trend(points: list[Point], ctx: Context) -> str:
    """Return from where to where the score went, in words; empty for somebody of today."""
    if len(points) <= 1:
        return ""
    first, last = points[0], points[-1]
    return ctx.words.get(
        "page.trend",
        day=day_words(first.at, ctx),
        scores=" → ".join(f"{point.state.composite:.0f}" for point in points),
        change=f"{last.state.composite - first.state.composite:+.0f}",
    )


def _interactions(portrait: Portrait, ctx: Context) -> list[tuple[str, str]]:
    return [
        (ctx.events.label(event.kind), moment_words(event.event_at, ctx))
        for event in portrait.interactions
    ]
