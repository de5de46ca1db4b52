"""The page of event kinds for operations: counts, quarantine, and the form that registers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote

from aiohttp import web

from domain.events.registration import KindWish, PropertyWish
from domain.events.registry import EventSource, PropertyType, Strength
from domain.values import Refusal, Role
from handlers.actions.kind_report import COUNTED_DAYS, kind_report
from handlers.actions.kinds import register_wish
from handlers.actions.portray import moment_words
from handlers.actions.roles import actor_of
from handlers.web.body import BodyRefused, read_body
from handlers.web.desk import Desk
from handlers.web.rendering import redirect

if TYPE_CHECKING:
    from domain.values import UserId
    from storage.unit_of_work import UnitOfWork

PATH = "/events"
#: Who may see and register kinds.
MAY_REGISTER = frozenset({Role.OPERATIONS, Role.MANAGER, Role.ADMIN})
_MOST_BYTES = 64 * 1024
_MOST_FIELDS = 500


@dataclass(frozen=True, slots=True)
class Told:
    """What the page says about what was just done."""

    words: str = ""
    is_good: bool = True


@dataclass(frozen=True, slots=True)
class EventPages(Desk):
    """Serves the page and takes its form."""

    def mount(self, app: web.Application) -> None:
        """Add the routes."""
        app.router.add_get(PATH, self.show)
        app.router.add_post(PATH, self.take)

    async def show(self, request: web.Request) -> web.Response:
        """Show kinds and quarantine to whoever may register."""
        now = self.clock.now()
        visitor = self.visitor(request, PATH, now)
        if isinstance(visitor, web.Response):
            return visitor
        done = request.query.get("done", "")
        async with self.store.looking(now) as work:
            if not await _may_register(work, visitor):
                return self.render("notice", status=403, key="events_page.not_yours")
            await self.context.kinds.refresh(work.tx)
            known = self.context.events.kinds.get(done)
            words = self.context.words.get("events_page.done", label=known.label) if known else ""
            return await self._report(work, Told(words))

    async def take(self, request: web.Request) -> web.Response:
        """Register what the form asks for."""
        now = self.clock.now()
        visitor = self.visitor(request, PATH, now)
        if isinstance(visitor, web.Response):
            return visitor
        try:
            wish = _wish(await read_body(request, _MOST_BYTES))
        except (BodyRefused, ValueError):
            return self.render("notice", status=400, key="events_page.unreadable")
        async with self.store.unit_of_work(now) as work:
            if not await _may_register(work, visitor):
                return self.render("notice", status=403, key="events_page.not_yours")
            done = await register_wish(work, self.context, wish, visitor)
            if isinstance(done, Refusal):
                words = self.context.words.get(f"refusals.{done.code}")
                told = Told(f"{done.detail}：{words}" if done.detail else words, is_good=False)
                return await self._report(work, told, status=422)
            await work.commit()
        return redirect(f"{PATH}?done={quote(done.name)}")

    async def _report(self, work: UnitOfWork, told: Told, status: int = 200) -> web.Response:
        report = await kind_report(work, self.context)
        return self.render(
            "events",
            status=status,
            told=told,
            report=report,
            known=self.context.events.kinds,
            days=COUNTED_DAYS,
            strengths=list(Strength),
            types=list(PropertyType),
            moment=lambda at: moment_words(at, self.context),
        )


async def _may_register(work: UnitOfWork, userid: UserId) -> bool:
    actor = await actor_of(work, userid)
    return bool(actor.roles & MAY_REGISTER)


def _wish(body: bytes) -> KindWish:
    """Return what the fields of the form ask for.

    Raises:
        ValueError: it is no form of ours.
    """
    fields = parse_qs(
        body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=_MOST_FIELDS
    )
    return KindWish(
        name=_one(fields, "name"),
        label=_one(fields, "label"),
        strength=Strength(_one(fields, "strength")),
        source=EventSource(_one(fields, "source")),
        is_interaction="is_interaction" in fields,
        properties=tuple(
            PropertyWish(
                name, _one(fields, f"label:{name}"), PropertyType(_one(fields, f"type:{name}"))
            )
            for name in fields.get("property", [])
        ),
    )


def _one(fields: dict[str, list[str]], name: str) -> str:
    values = fields.get(name, [])
    if len(values) != 1:
        raise ValueError(name)
    return values[0]
