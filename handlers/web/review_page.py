"""The page of doubts and merges: pairs side by side with a decision, and merges with an undo."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from aiohttp import web

from domain.buttons import Verb
from domain.values import Refusal
from handlers.actions.dedup.pairs import Merged, Pair, merges_latest, pairs_waiting
from handlers.actions.dedup.review import DECIDERS, decide_review, put_off, take_apart
from handlers.actions.portray import moment_words
from handlers.actions.roles import actor_of
from handlers.reactions import settle
from handlers.web.desk import Desk, small_form
from handlers.web.rendering import redirect
from storage.queries.reviews import count_reviews

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from domain.lifecycle.transitions import Actor
    from domain.values import UserId
    from storage.unit_of_work import UnitOfWork

PATH = "/reviews"
#: Pairs and merges shown at once.
MOST = 20
_MOST_FORM = 8 * 1024
_DIGITS = 18

Decide = Callable[["UnitOfWork", int, "Actor"], Awaitable[Refusal | None]]


@dataclass(frozen=True, slots=True)
class ReviewPage(Desk):
    """Serves the page to whoever may decide."""

    def mount(self, app: web.Application) -> None:
        """Add the routes."""
        app.router.add_get(PATH, self.show)
        app.router.add_post(PATH, self.decide)

    async def show(self, request: web.Request) -> web.Response:
        """Show the queue and the latest merges to whoever may decide; each look is on record."""
        now = self.clock.now()
        userid = self.visitor(request, PATH, now)
        if isinstance(userid, web.Response):
            return userid
        queue_from, merged_from = (_number(request.query, name) for name in ("from", "merged"))
        async with self.store.unit_of_work(now) as work:
            actor = await actor_of(work, userid)
            if not actor.roles & DECIDERS:
                return self.render("notice", status=403, key="page.not_allowed")
            pairs = await pairs_waiting(work, self.context, MOST + 1, queue_from)
            merged = await merges_latest(work, self.context, MOST + 1, merged_from)
            count = await count_reviews(work.tx)
            await _note_looks(work, userid, (*pairs[:MOST], *merged[:MOST]))
            await work.commit()
        done = request.query.get("done", "")
        return self.render(
            "reviews",
            count=count,
            pairs=pairs[:MOST],
            merged=merged[:MOST],
            pager=_pager("from", queue_from, pairs),
            merged_pager=_pager("merged", merged_from, merged),
            done=done if done in _WISHES else "",
            token=self.sessions.token_for(userid, now),
            moment=lambda at: moment_words(at, self.context),
        )

    async def decide(self, request: web.Request) -> web.Response:
        """Merge, keep apart, put off or undo; the form was shown by us to the same member."""
        now = self.clock.now()
        form = await small_form(request, _MOST_FORM)
        userid = self.sender(request, form, now)
        if userid is None:
            return self.render("notice", status=403, key="page.form_expired")
        wish = str(form.get("wish", ""))
        if wish not in _WISHES:
            return self.render("notice", status=400, key="page.form_expired")
        async with self.store.unit_of_work(now) as work:
            actor = await actor_of(work, userid)
            refusal = await self._wished(work, wish, _number(form, "about"), actor)
            if refusal:
                return self.render("notice", status=409, key=f"refusals.{refusal.code}")
            key = f"page:{PATH}:{wish}:{work.ids.next()}"
            await work.records.commanded(userid, _WISHES[wish], "done", dedupe_key=key, at=work.now)
            await settle(work, self.context)
            await work.commit()
        return redirect(f"{PATH}?{urlencode({'done': wish})}")

    async def _wished(
        self, work: UnitOfWork, wish: str, about: int, actor: Actor
    ) -> Refusal | None:
        if wish == "later":
            return await put_off(work, about, actor)
        if wish == "undone":
            done: object = await take_apart(work, self.context, about, actor)
        else:
            verb = Verb.MERGE if wish == "merged" else Verb.APART
            done = await decide_review(work, about, verb, actor)
        return done if isinstance(done, Refusal) else None


#: What a form may ask for, as it is told afterwards: the command it stands for in the audit trail.
_WISHES = {"merged": "review", "apart": "review", "later": "review", "undone": "unmerge"}


def _number(given: Mapping[str, object], name: str) -> int:
    """Return a number of a query or form; 0 where it is none."""
    text = str(given.get(name, ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else 0


def _pager(name: str, offset: int, found: Sequence[object]) -> tuple[str, str]:
    """Return the addresses of the page before and after, empty where there is none."""
    before = f"{PATH}?{name}={max(offset - MOST, 0)}" if offset else ""
    return before, f"{PATH}?{name}={offset + MOST}" if len(found) > MOST else ""


async def _note_looks(work: UnitOfWork, userid: UserId, shown: Iterable[Pair | Merged]) -> None:
    seen = dict.fromkeys(side.person_id for two in shown for side in (two.one, two.other))
    for person_id in seen:
        await work.records.looked(userid, person_id, what="review", via="page", at=work.now)
