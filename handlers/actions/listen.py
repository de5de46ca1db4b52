"""A customer said something: keep it, read it, let it count, answer it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from domain.chat.extract import Fields, extract_fields
from domain.chat.fields.budget import Budget
from domain.chat.fields.finding import Finding, Owner
from domain.chat.intent import Intent, Intents, read_intent
from domain.chat.wished import WISHED_TIME, wished_time
from domain.cleaning.phone import normalise_phone
from domain.events.event import PropertyValue
from domain.identity.keys import Claim
from domain.person import Attribute, Person, Source
from domain.values import ContactKey, IdentityKind, Refusal
from handlers.actions.intake import enriched, learn, opt_out, recognise
from handlers.actions.record import occurrence, record

if TYPE_CHECKING:
    from handlers.context import Context
    from handlers.updates import Update
    from storage.unit_of_work import UnitOfWork

Value = TypeVar("Value")

#: Below this a value is shown for checking, not used (``Finding.confidence``).
_SURE_ENOUGH = 0.5


@dataclass(frozen=True, slots=True)
class Heard:
    """What was understood: intents, and the names of the fields that became known."""

    intents: Intents
    learned: tuple[str, ...]

    @property
    def main(self) -> Intent:
        """The main intent."""
        return self.intents.main


async def hear(work: UnitOfWork, ctx: Context, person: Person, update: Update, text: str) -> Heard:
    """Take in a sentence of the person's: fields, intents, opt-out."""
    fields, intents = extract_fields(text), read_intent(text)
    said = _attributes(fields)
    if wished := wished_time(text, intents, update.at, ctx.zone):
        said[WISHED_TIME] = (wished.value, wished.confidence)
    learned = list(_learn_attributes(work, person, update, text, said))
    learned += await _claim_contacts(work, person, update, fields)
    if "phone" in learned:
        record(work, ctx, person.id, occurrence(update, "phone_given"))
    for intent in (intents.main, *intents.others):
        if intent is not Intent.OTHER:
            record(work, ctx, person.id, occurrence(update, f"intent_{intent}"))
    if intents.main is Intent.OPT_OUT or Intent.OPT_OUT in intents.others:
        opt_out(work, person, update.at)
    enriched(work, person, learned)
    return Heard(intents, tuple(learned))


def _learn_attributes(
    work: UnitOfWork,
    person: Person,
    update: Update,
    text: str,
    said: Mapping[str, tuple[str, float]],
) -> tuple[str, ...]:
    found = {
        name: Attribute(value, Source.TEXT, update.at, confidence, evidence=text)
        for name, (value, confidence) in said.items()
    }
    return learn(work, person, found)


def _attributes(fields: Fields) -> dict[str, tuple[str, float]]:
    """Return the best value and its confidence of every attribute that was said."""
    texts = {
        "name": fields.name,
        "company": fields.company,
        "city": fields.city,
        "child_grade": fields.child_grade,
        "subject": fields.subject,
    }
    found = {
        name: (best.value, best.confidence)
        for name, findings in texts.items()
        if (best := _usable(findings)) is not None
    }
    if (age := _usable(fields.age)) is not None:
        found["age"] = (str(age.value), age.confidence)
    if (budget := _usable(fields.budget)) is not None:
        found["budget"] = (_budget_words(budget.value), budget.confidence)
    return found


def _usable(findings: Sequence[Finding[Value]]) -> Finding[Value] | None:
    return next(
        (f for f in findings if f.confidence >= _SURE_ENOUGH and f.owner is not Owner.OTHER), None
    )


def _budget_words(budget: Budget) -> str:
    """Return a budget as one number of yuan, or as a range ``low-high``."""
    low, high = budget.low, budget.high
    if low is not None and high is not None and low != high:
        return f"{low:g}-{high:g}"
    return f"{high if high is not None else low:g}"


async def _claim_contacts(
    work: UnitOfWork, person: Person, update: Update, fields: Fields
) -> tuple[str, ...]:
    kinds = (
        (IdentityKind.PHONE, fields.phone),
        (IdentityKind.WECHAT, fields.wechat),
        (IdentityKind.EMAIL, fields.email),
    )
    wanted = [
        ContactKey(kind, str(finding.value).casefold())
        for kind, findings in kinds
        if (finding := _usable(findings)) is not None
    ]
    return await _claim(work, person, update, wanted, Source.TEXT)


async def claim_phones(
    work: UnitOfWork, person: Person, phones: Sequence[str], update: Update
) -> tuple[str, ...]:
    """Take in phones that a rep wrote beside the customer; unusable ones are left out."""
    cleaned = [normalise_phone(phone) for phone in phones]
    wanted = [
        ContactKey(IdentityKind.PHONE, phone.e164)
        for phone in cleaned
        if not isinstance(phone, Refusal)
    ]
    return await _claim(work, person, update, wanted, Source.HUMAN)


async def _claim(
    work: UnitOfWork,
    person: Person,
    update: Update,
    keys: Sequence[ContactKey],
    source: Source,
) -> tuple[str, ...]:
    """Claim keys that anyone can type, beside those that the person brought along.

    Whoever a form is about may have brought no proof, or no key at all.
    """
    known = {identity.key for identity in work.people.whole(person.id).identities}
    fresh = [key for key in dict.fromkeys(keys) if key not in known]
    if not fresh:
        return ()
    own = [Claim(i.key, i.is_verified, i.source, i.since) for i in person.identities]
    claims = [Claim(key, is_verified=False, source=source, at=update.at) for key in fresh]
    await recognise(work, [*own, *claims], keyless=None if own else person)
    work.rescore(person.id)
    return tuple(dict.fromkeys(key.kind.value for key in fresh))


def message_facts(text: str, kind: str) -> dict[str, PropertyValue]:
    """Return the properties of a message event: its type and length, never its words."""
    return {"type": kind, "length": float(len(text))}
