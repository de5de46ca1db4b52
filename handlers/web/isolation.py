"""The page of isolated leads: what was put aside and why, search, and a button to let go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from aiohttp import web

from domain.values import LeadId, Refusal, UserId
from handlers.actions.isolation import reason_words, wish_for
from handlers.actions.portray import moment_words
from handlers.actions.roles import actor_of
from handlers.actions.screen import RESTORE, restore
from handlers.reactions import settle
from handlers.web.desk import Desk, small_form
from handlers.web.rendering import redirect
from storage.queries.isolated import PAGE, Isolated, Reason, count_isolated, isolated

if TYPE_CHECKING:
    from datetime import datetime

    from domain.lifecycle.transitions import Actor
    from storage.unit_of_work import UnitOfWork

PATH = "/isolated"
_RESTORE = f"{PATH}/restore"
_LONGEST = 40
_MOST_FORM = 8 * 1024
_DIGITS = 19


@dataclass(frozen=True, slots=True)
class Looked:
    """What the address asks for: text to search, reason, where the page begins."""

    text: str
    reason: str
    offset: int

    @classmethod
    def of(cls, query: Mapping[str, object]) -> Looked:
        """Read a query or a form; what makes no sense is left out."""
        get = query.get
        offset = str(get("from", ""))
        reason = str(get("reason", ""))
        return cls(
            text=str(get("q", "")).strip()[:_LONGEST],
            reason=reason if reason.replace("_", "").isalpha() else "",
            offset=min(int(offset), 10**6) if offset.isascii() and offset.isdigit() else 0,
        )

    def path(self, **changes: object) -> str:
        """Return the address of the page with ``changes``."""
        asked = {"q": self.text, "reason": self.reason, "from": self.offset} | changes
        given = {name: value for name, value in asked.items() if value}
        return f"{PATH}?{urlencode(given)}" if given else PATH


@dataclass(frozen=True, slots=True)
class IsolationPage(Desk):
    """Serves the page to whoever may restore leads."""

    def mount(self, app: web.Application) -> None:
        """Add the routes."""
        app.router.add_get(PATH, self.show)
        app.router.add_post(_RESTORE, self.restore)

    async def show(self, request: web.Request) -> web.Response:
        """Show isolated leads to whoever may restore them."""
        now = self.clock.now()
        userid = self.visitor(request, PATH, now)
        if isinstance(userid, web.Response):
            return userid
        looked = Looked.of(request.query)
        async with self.store.unit_of_work(now) as work:
            if not self._may(await actor_of(work, userid)):
                return self.render("notice", status=403, key="page.not_allowed")
            wish = wish_for(looked.text, looked.reason, looked.offset)
            found = await isolated(work.tx, work.vault, wish) if wish else ()
            counts = await count_isolated(work.tx)
            for one in found[:PAGE]:
                await work.records.looked(
                    userid, one.lead.person_id, what="isolated", via="page", at=now
                )
            await work.commit()
        return self._page(looked, list(found), counts, self.sessions.token_for(userid, now))

    def _page(
        self, looked: Looked, found: list[Isolated], counts: dict[str, int], token: str
    ) -> web.Response:
        ctx = self.context
        standings = ctx.lists.current.standings
        return self.render(
            "isolated",
            looked=looked,
            counts=[(r, reason_words(Reason(r), ctx), n) for r, n in sorted(counts.items())],
            found=[(one, [reason_words(r, ctx) for r in one.reasons]) for one in found[:PAGE]],
            has_more=len(found) > PAGE,
            page=PAGE,
            token=token,
            problems=[s.problem for s in standings.values() if s.problem],
            lists=[(name.value, standing.entries) for name, standing in standings.items()],
            moment=lambda at: moment_words(at, ctx),
        )

    def _may(self, actor: Actor) -> bool:
        return bool(actor.roles & self.context.catalog.lifecycle.transitions[RESTORE].by)

    async def restore(self, request: web.Request) -> web.Response:
        """Let a lead go on; the form must come from a page of ours, shown to the same member."""
        now = self.clock.now()
        form = await small_form(request, _MOST_FORM)
        userid = self.sender(request, form, now)
        if userid is None:
            return self.render("notice", status=403, key="page.form_expired")
        lead_id = str(form.get("lead", ""))
        if not (lead_id.isascii() and lead_id.isdigit() and len(lead_id) <= _DIGITS):
            return self.render("notice", status=400, key="page.no_lead")
        refusal = await self._restored(LeadId(int(lead_id)), userid, now)
        if refusal:
            return self.render("notice", status=409, key=f"refusals.{refusal.code}")
        return redirect(Looked.of(form).path())

    async def _restored(self, lead_id: LeadId, userid: UserId, now: datetime) -> Refusal | None:
        async with self.store.unit_of_work(now) as work:
            await work.load((), [lead_id])
            if not work.leads.knows(lead_id):
                return Refusal("nothing_to_restore")
            done = await restore(work, self.context, lead_id, await actor_of(work, userid))
            if isinstance(done, Refusal):
                return done
            await self._note(work, lead_id, userid)
            await settle(work, self.context)
            await work.commit()
        return None

    async def _note(self, work: UnitOfWork, lead_id: LeadId, userid: UserId) -> None:
        key = f"page:restore:{lead_id}:{work.ids.next()}"
        await work.records.commanded(userid, RESTORE, "done", dedupe_key=key, at=work.now)
