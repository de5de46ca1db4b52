"""The offered lead: accept, return, later, expire. Pure answers to a card."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from domain.lead import Lead
from domain.outcomes import CardAccepted, CardExpired, CardReturned
from domain.pools.pool import PoolRules
from domain.values import Refusal, UserId
from domain.worktime import WorkTime

#: The card belongs to an earlier owner of the lead.
CARD_OUTDATED = "card_outdated"
#: Somebody else owns the lead.
NOT_YOURS = "lead_not_yours"
ALREADY_ACCEPTED = "already_accepted"
TOO_LATE_FOR_LATER = "too_late_for_later"


@dataclass(frozen=True, slots=True)
class Offer:
    """A card as it comes back: the lead now, whom it was given to, and at which assignment."""

    lead: Lead
    userid: UserId
    assignment: int

    def refusal(self) -> Refusal | None:
        """Return why this card no longer stands, or None."""
        lead = self.lead
        if lead.assignment != self.assignment or lead.owner is None or not lead.is_open:
            return Refusal(CARD_OUTDATED)
        if not lead.is_of(self.userid):
            return Refusal(NOT_YOURS)
        return Refusal(ALREADY_ACCEPTED) if self.lead.accepted_at else None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The lead with its owner's word, and what happened."""

    lead: Lead
    outcome: CardAccepted


def accept(offer: Offer, rules: PoolRules, now: datetime) -> Accepted | Refusal:
    """Take the lead; protection starts now."""
    refusal = offer.refusal()
    if refusal:
        return refusal
    until = now + rules.protect_for
    lead = replace(offer.lead, accepted_at=now, protected_until=until)
    return Accepted(lead, CardAccepted(lead.id, offer.userid, offer.assignment, until))


def give_back(offer: Offer, reason: str) -> CardReturned | Refusal:
    """Return the lead with a reason; the owner is changed by the one who may."""
    refusal = offer.refusal()
    if refusal:
        return refusal
    return CardReturned(offer.lead.id, offer.userid, offer.assignment, reason)


def expire(offer: Offer) -> CardExpired | Refusal:
    """Take note that nobody answered; refused when the card was answered meanwhile."""
    refusal = offer.refusal()
    if refusal:
        return refusal
    return CardExpired(offer.lead.id, offer.userid, offer.assignment)


def accept_by(offered_at: datetime, rules: PoolRules, work: WorkTime) -> datetime:
    """Return the deadline of acceptance: working time only, whole minutes (UTC)."""
    return work.add(offered_at, rules.accept_for)


def remind_later(
    offer: Offer, rules: PoolRules, work: WorkTime, now: datetime
) -> datetime | Refusal:
    """Return when to show the card again; the deadline does not move.

    Refused when the card would come back after the deadline.
    """
    refusal = offer.refusal()
    if refusal:
        return refusal
    again = work.add(now, rules.later_for)
    offered_at = offer.lead.offered_at or now
    if again >= accept_by(offered_at, rules, work):
        return Refusal(TOO_LATE_FOR_LATER)
    return again
