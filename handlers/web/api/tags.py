"""Tags and portraits by the signed API: definitions, the values of a person, the whole portrait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec
from aiohttp import web

from domain.access import Scope
from domain.events.event import Event
from domain.lead import Lead
from domain.person import Person
from domain.portrait import Portrait
from domain.tags.spec import TagSpec
from domain.tags.tagging import Tagging, TagSource, TagValue
from domain.values import Refusal
from handlers.actions.portray import portrait_of
from handlers.actions.tags.by_hand import PutBy, put_on, take_off
from handlers.actions.trend import Point, trend_of
from handlers.reactions import settle
from handlers.web.api.persons import person_of
from handlers.web.api.problem import HEADERS, ApiProblem, json_answer
from storage.repositories.segments import Segments

if TYPE_CHECKING:
    from handlers.context import Context
    from handlers.web.api.gate import Call
    from storage.unit_of_work import Store, UnitOfWork


class LayerOut(msgspec.Struct):
    """A layer and its condition."""

    word: str
    when: str


class DefinitionOut(msgspec.Struct):
    """One definition."""

    name: str
    kind: str
    theme: str
    refresh: str
    version: int
    note: str
    unit: str
    formula: str
    layers: list[LayerOut]
    otherwise: str


class TagsOut(msgspec.Struct):
    """All definitions, and the names that are offered to whoever tags by hand."""

    tags: list[DefinitionOut]
    by_hand: list[str]


class ValueOut(msgspec.Struct):
    """One tag of one person: ``value`` null when they do not have it."""

    name: str
    value: TagValue | None
    source: str = ""
    version: int = 0
    since: datetime | None = None


class ValuesOut(msgspec.Struct):
    """All tags of a person."""

    person: str
    tags: list[ValueOut]


class ReasonOut(msgspec.Struct):
    """Points and where they come from."""

    label: str
    points: float


class HappenedOut(msgspec.Struct):
    """An interaction, newest first."""

    kind: str
    label: str
    at: datetime


class TrendOut(msgspec.Struct):
    """What the score was at the end of a day, or is now, by the rules of then."""

    at: datetime
    composite: float
    grade: str
    level: int


class PortraitLeadOut(msgspec.Struct):
    """A lead with its score, reasons, the trend of two weeks and the next step."""

    lead: str
    line: str
    stage: str
    status: str
    owner: str
    channel: str
    composite: float
    standard: float
    grade: str
    level: int
    cell: str
    advice: str
    reasons: list[ReasonOut]
    trend: list[TrendOut]
    intent: str
    intent_at: datetime | None
    next_step: str
    words: str


class LearnerOut(msgspec.Struct):
    """Whom a course is for."""

    name: str
    grade: str
    age: int | None
    subject: str


class PortraitOut(msgspec.Struct):
    """The portrait in its modules."""

    person: str
    name: str
    company: str
    phone: str
    wechat: str
    level: str
    leads: list[PortraitLeadOut]
    interactions: list[HappenedOut]
    preferences: dict[str, str]
    learners: list[LearnerOut]
    tags: list[ValueOut]
    segments: list[str]


@dataclass(frozen=True, slots=True)
class TagReading:
    """Answers what is known of people by tags."""

    ctx: Context
    store: Store

    async def definitions(self, call: Call) -> web.Response:
        """List the definitions in force, in the order of computation."""
        async with self.store.database.read() as tx:
            tags = await self.ctx.tag_keeper.refresh(tx)
        del call
        specs = [_definition(spec) for spec in tags.book.specs.values()]
        return json_answer(TagsOut(specs, list(tags.book.by_hand)))

    async def values(self, call: Call) -> web.Response:
        """Show all tags of a person."""
        async with self.store.unit_of_work(call.now) as work:
            person = await person_of(work, call)
            await self._looked(work, call, person, "tags")
            has = work.tags_of(person.id)
            await work.commit()
        shown = [_value(has[name]) for name in sorted(has)]
        return json_answer(ValuesOut(str(person.id), shown))

    async def value(self, call: Call) -> web.Response:
        """Show one tag of a person; a tag that nobody knows of is refused."""
        name = call.request.match_info["name"]
        async with self.store.unit_of_work(call.now) as work:
            tags = await self.ctx.tag_keeper.refresh(work.tx)
            if tags.vocabulary.tags.named(name) is None:
                raise ApiProblem(HTTPStatus.NOT_FOUND, "no_tag", {"tag": name})
            person = await person_of(work, call)
            await self._looked(work, call, person, "tags")
            tagging = work.tags_of(person.id).get(name)
            await work.commit()
        return json_answer(_value(tagging) if tagging else ValueOut(name, None))

    async def put(self, call: Call) -> web.Response:
        """Put a tag on a person; one that is there stays as it is."""
        name = call.request.match_info["name"]
        async with self.store.unit_of_work(call.now) as work:
            await self.ctx.tag_keeper.refresh(work.tx)
            person = await person_of(work, call)
            put = put_on(work, self.ctx, person.id, name, self._by(call))
            if isinstance(put, Refusal):
                raise _refused(put)
            await settle(work, self.ctx)
            await work.commit()
        return json_answer(_value(put))

    async def take(self, call: Call) -> web.Response:
        """Take a tag off a person; without it nothing happens."""
        name = call.request.match_info["name"]
        async with self.store.unit_of_work(call.now) as work:
            await self.ctx.tag_keeper.refresh(work.tx)
            person = await person_of(work, call)
            taken = take_off(work, self.ctx, person.id, name, self._by(call))
            if isinstance(taken, Refusal) and taken.code != "tag_not_there":
                raise _refused(taken)
            await settle(work, self.ctx)
            await work.commit()
        return web.Response(status=HTTPStatus.NO_CONTENT, headers=HEADERS)

    def _by(self, call: Call) -> PutBy:
        return PutBy(TagSource.HAND, call.key.looker[:64])

    async def portrait(self, call: Call) -> web.Response:
        """Show the portrait in all its modules; contacts in full for who may see them."""
        sees_all = call.key.may(Scope.CONTACTS_READ)
        async with self.store.unit_of_work(call.now) as work:
            await self.ctx.rulebook.refresh(work.tx)
            await self.ctx.tag_keeper.refresh(work.tx)
            person = await person_of(work, call)
            leads = work.leads_of(person.id)
            if not leads:
                raise ApiProblem(HTTPStatus.NOT_FOUND, "no_lead")
            what = "portrait_with_phone" if sees_all else "portrait"
            await self._looked(work, call, person, what)
            group = [member.id for member in work.people.group(person.id)]
            segments = await Segments(work.tx).segments_of(group)
            drawn = [portrait_of(work, self.ctx, one, may_see_phone=sees_all) for one in leads]
            shown = [
                self._lead(one, portrait, await trend_of(work, self.ctx, one))
                for one, portrait in zip(leads, drawn, strict=True)
            ]
            has = work.tags_of(person.id)
            await work.commit()
        return json_answer(self._portrait(person, drawn[-1], shown, has, segments))

    def _portrait(
        self,
        person: Person,
        portrait: Portrait,
        leads: list[PortraitLeadOut],
        has: dict[str, Tagging],
        segments: tuple[str, ...],
    ) -> PortraitOut:
        return PortraitOut(
            person=str(person.id),
            name=portrait.name,
            company=portrait.company,
            phone=portrait.phone,
            wechat=portrait.wechat,
            level=portrait.level.value,
            leads=leads,
            interactions=[self._happened(event) for event in portrait.interactions],
            preferences=dict(portrait.preferences),
            learners=[LearnerOut(x.name, x.grade, x.age, x.subject) for x in portrait.learners],
            tags=[_value(has[name]) for name in sorted(has)],
            segments=list(segments),
        )

    def _lead(self, lead: Lead, portrait: Portrait, trend: list[Point]) -> PortraitLeadOut:
        standing, intention, words = portrait.standing, portrait.intention, self.ctx.words
        return PortraitLeadOut(
            lead=str(lead.id),
            line=lead.product_line,
            stage=intention.stage.value,
            status=intention.status.value if intention.status else "",
            owner=lead.owner or "",
            channel=portrait.channel,
            composite=standing.composite,
            standard=standing.standard,
            grade=standing.grade.value,
            level=standing.level,
            cell=standing.cell,
            advice=words.get(f"advice.{standing.advice}"),
            reasons=[
                ReasonOut(r.label or words.get(f"reason_part.{r.part}"), r.points)
                for r in standing.reasons
            ],
            trend=[
                TrendOut(p.at, p.state.composite, p.state.grade.value, p.state.level) for p in trend
            ],
            intent=intention.intent,
            intent_at=intention.intent_at,
            next_step=words.get(f"next_step.{portrait.next_step.code}"),
            words=words.get(f"words.{portrait.next_step.code}"),
        )

    def _happened(self, event: Event) -> HappenedOut:
        return HappenedOut(event.kind, self.ctx.events.label(event.kind), event.event_at)

    async def _looked(self, work: UnitOfWork, call: Call, person: Person, what: str) -> None:
        await work.records.looked(call.key.looker, person.id, what=what, via="api", at=call.now)


def _refused(why: Refusal) -> ApiProblem:
    status = HTTPStatus.CONFLICT
    return ApiProblem(status, why.code, {"detail": why.detail})


def _definition(spec: TagSpec) -> DefinitionOut:
    is_layered = bool(spec.formulas[0].word)
    return DefinitionOut(
        name=spec.name,
        kind=spec.kind.value,
        theme=spec.theme.value,
        refresh=spec.refresh.value,
        version=spec.version,
        note=spec.note,
        unit=spec.unit,
        formula="" if is_layered else spec.formulas[0].text,
        layers=[LayerOut(f.word, f.text) for f in spec.formulas] if is_layered else [],
        otherwise=spec.otherwise,
    )


def _value(tagging: Tagging) -> ValueOut:
    return ValueOut(
        tagging.name, tagging.value, tagging.source.value, tagging.version, tagging.since
    )
