"""Leads in, by the signed API: checked, stored in the inbox, and only then answered."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

import msgspec
from aiohttp import web

from domain.intake.form import Call as Wish
from domain.intake.form import LeadForm
from domain.values import IdentityKind, Priority
from handlers.updates.plain import to_json
from handlers.web.api.document import Faults, read_json, read_struct
from handlers.web.api.forms import Reader
from handlers.web.api.problem import ApiProblem, FieldFault, json_answer
from handlers.web.api.schemas import (
    MOST_IN_BATCH,
    ActivationIn,
    BatchReceipt,
    FieldOut,
    FissionIn,
    LeadIn,
    Receipt,
    RejectedLead,
)
from storage.api_keys import Use, call_digest
from storage.inbox import Delivery

if TYPE_CHECKING:
    from handlers.context import Context
    from handlers.ports import Deliveries
    from handlers.web.api.gate import Call
    from storage.api_keys import ApiKeys

IDEMPOTENCY = "Idempotency-Key"
REPEATED = "Idempotency-Replayed"
_WORD = re.compile(r"[\x21-\x7e]{1,128}")
_OF_BATCH = frozenset({"leads"})

Schema = TypeVar("Schema", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Leads:
    """Takes leads, activations and fissions."""

    ctx: Context
    keys: ApiKeys
    inbox: Deliveries

    async def one(self, call: Call) -> web.Response:
        """Take one lead."""
        return await self._take_one(call, LeadIn, Reader.lead)

    async def activation(self, call: Call) -> web.Response:
        """Take an activation."""
        return await self._take_one(call, ActivationIn, lambda r, g: r.call(g, Wish.ACTIVATION))

    async def fission(self, call: Call) -> web.Response:
        """Take a fission."""
        return await self._take_one(call, FissionIn, lambda r, g: r.call(g, Wish.FISSION, g.line))

    async def batch(self, call: Call) -> web.Response:
        """Take many leads; those with faults are named and stop no other."""
        word = _word_of(call)
        documents = self._documents(call)
        receipt = _receipt(call, word)
        read = [self._read(call, receipt, n, one) for n, one in enumerate(documents)]
        forms = [one for one in read if isinstance(one, LeadForm)]
        if not forms:
            found = [fault for one in read if not isinstance(one, LeadForm) for fault in one]
            raise ApiProblem(HTTPStatus.UNPROCESSABLE_ENTITY, "wrong_fields", fields=found)
        is_repeated = await self._claim(call, word)
        await self._store(call, forms)
        rejected = [
            RejectedLead(n, [FieldOut(f.path, f.code, f.message) for f in one])
            for n, one in enumerate(read)
            if not isinstance(one, LeadForm)
        ]
        receipts = [one.reference if isinstance(one, LeadForm) else None for one in read]
        body = BatchReceipt(len(forms), [_shown(r) if r else None for r in receipts], rejected)
        return _accepted(body, is_repeated=is_repeated)

    async def _take_one(
        self, call: Call, schema: type[Schema], build: Callable[[Reader, Schema], LeadForm]
    ) -> web.Response:
        word = _word_of(call)
        faults = Faults(self.ctx.words)
        given = read_struct(read_json(call.body), schema, "", faults)
        reference = _reference(_receipt(call, word), 0)
        reader = Reader(self.ctx, call.key, call.now, reference, faults)
        form = build(reader, given) if given is not None else None
        if form is None or faults.found:
            raise ApiProblem(HTTPStatus.UNPROCESSABLE_ENTITY, "wrong_fields", fields=faults.found)
        is_repeated = await self._claim(call, word)
        await self._store(call, [form])
        return _accepted(Receipt(_shown(form.reference)), is_repeated=is_repeated)

    def _documents(self, call: Call) -> Sequence[object]:
        document = read_json(call.body)
        faults = Faults(self.ctx.words)
        if not isinstance(document, dict) or not isinstance(document.get("leads"), list):
            faults.add("leads", "missing")
        elif strange := sorted(document.keys() - _OF_BATCH):
            faults.add(strange[0], "unknown_field", known="leads")
        elif not 0 < len(document["leads"]) <= MOST_IN_BATCH:
            faults.add("leads", "too_many", most=MOST_IN_BATCH)
        else:
            leads: list[object] = document["leads"]
            return leads
        raise ApiProblem(HTTPStatus.UNPROCESSABLE_ENTITY, "wrong_fields", fields=faults.found)

    def _read(
        self, call: Call, receipt: str, number: int, document: object
    ) -> LeadForm | Sequence[FieldFault]:
        faults, path = Faults(self.ctx.words), f"leads[{number}]"
        given = read_struct(document, LeadIn, path, faults)
        if given is None:
            return faults.found
        reference = _reference(receipt, number)
        form = Reader(self.ctx, call.key, call.now, reference, faults, path).lead(given)
        return faults.found or form

    async def _claim(self, call: Call, word: str) -> bool:
        """Let the idempotency key stand for this call; tell whether it did before."""
        said = call.request.path.encode() + b"\0" + call.body
        use = await self.keys.use_idempotency_key(call.key, word, said, call.now)
        if use is Use.OTHER:
            raise ApiProblem(HTTPStatus.CONFLICT, "idempotency_conflict")
        return use is Use.AGAIN

    async def _store(self, call: Call, forms: Sequence[LeadForm]) -> None:
        await asyncio.gather(*(self._put(call, form, len(forms)) for form in forms))

    async def _put(self, call: Call, form: LeadForm, of: int) -> None:
        delivery = Delivery(
            source=call.key.looker,
            key=form.reference.encode(),
            subject=_subject(form),
            priority=Priority.BULK if of > 1 else Priority.NORMAL,
            payload=to_json(form),
            received_at=call.now,
        )
        await self.inbox.put(lambda: delivery)


def _word_of(call: Call) -> str:
    word = call.request.headers.get(IDEMPOTENCY, "")
    if not _WORD.fullmatch(word):
        raise ApiProblem(HTTPStatus.BAD_REQUEST, "no_idempotency_key")
    return word


def _receipt(call: Call, word: str) -> str:
    digest = call_digest(call.key, word)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _reference(receipt: str, number: int) -> str:
    return f"api:{receipt}:{number}"


def _shown(reference: str) -> str:
    return reference.removeprefix("api:").replace(":", ".")


def _subject(form: LeadForm) -> str:
    """Return a partition: an id of a system may stand in clear, a phone may not."""
    found = (k.key.value for k in form.keys if k.key.kind is IdentityKind.UID)
    return next(found, "")


def _accepted(body: msgspec.Struct, *, is_repeated: bool) -> web.Response:
    return json_answer(body, HTTPStatus.ACCEPTED, {REPEATED: "true"} if is_repeated else {})
