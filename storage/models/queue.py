"""Tables of the main database that queue work: out, later, once.

Only pending rows are claimed, so the indexes that claims use hold those alone
and stay small whatever the history. Moments that sort or filter are never null.
"""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.models import Model

from storage.models.fields import IdField, MomentField


class OutboxRow(Model):
    """One thing to send, once; ``sealed`` holds the body."""

    id = IdField()
    endpoint = fields.CharField(max_length=32)
    account = fields.CharField(max_length=64)
    receiver = fields.CharField(max_length=128)
    #: Rows of one lane leave in order; empty for rows that wait for nobody.
    lane = fields.CharField(max_length=255)
    sealed = fields.BinaryField(null=True)
    dedupe_key = fields.CharField(max_length=160, unique=True)
    priority = fields.SmallIntField()
    merge_key = fields.CharField(max_length=160)
    event_code = fields.CharField(max_length=128)
    person_id = fields.BigIntField(null=True)
    lead_id = fields.BigIntField(null=True)
    #: When it should leave: ``not_before`` of the push, else its creation.
    due_at = MomentField()
    expires_at = MomentField(null=True)
    state = fields.CharField(max_length=8)
    attempts = fields.IntField()
    lease_token = fields.CharField(max_length=32)
    #: A lease of it ran out once: the platform may have got it.
    is_unsure = fields.BooleanField()
    #: When it may be taken: due, or the next attempt, or the end of its lease.
    free_at = MomentField()
    error = fields.CharField(max_length=500)
    #: What the platform answered (msgid, response_code), as JSON.
    answer = fields.TextField()
    merged_into = fields.BigIntField(null=True)
    created_at = MomentField()
    sent_at = MomentField(null=True)
    #: Its body was dropped; its key stays.
    is_purged = fields.BooleanField()

    class Meta:
        table = "outbox"
        indexes = (
            PartialIndex(fields=("priority", "due_at", "id"), condition={"state": "pending"}),
            PartialIndex(fields=("lane", "free_at"), condition={"state": "pending"}),
            PartialIndex(fields=("lane",), condition={"state": "leased"}),
            PartialIndex(name="outbox_failed", fields=("id",), condition={"state": "failed"}),
            PartialIndex(name="outbox_unknown", fields=("id",), condition={"state": "unknown"}),
            PartialIndex(fields=("created_at",), condition={"is_purged": False}),
            Index(fields=("person_id",)),
        )


class SendRow(Model):
    """The send ledger: what counted against a budget of the platform, and when."""

    id = IdField()
    account = fields.CharField(max_length=64)
    receiver = fields.CharField(max_length=128)
    endpoint = fields.CharField(max_length=32)
    outbox_id = fields.BigIntField()
    sent_at = MomentField(db_index=True)

    class Meta:
        table = "send_ledger"
        indexes = (Index(fields=("account", "receiver", "sent_at")),)


class FetchRow(Model):
    """Platform data to ask for; one row per subject, the newest request wins."""

    id = IdField()
    kind = fields.CharField(max_length=32)
    subject = fields.CharField(max_length=128)
    account = fields.CharField(max_length=64)
    generation = fields.BigIntField()
    token = fields.CharField(max_length=255)
    state = fields.CharField(max_length=8)
    attempts = fields.IntField()
    lease_token = fields.CharField(max_length=32)
    free_at = MomentField()
    error = fields.CharField(max_length=500)
    asked_at = MomentField()

    class Meta:
        table = "platform_fetch"
        unique_together = (("kind", "subject", "account"),)
        indexes = (
            PartialIndex(fields=("asked_at", "id"), condition={"state": "open"}),
            PartialIndex(fields=("id",), condition={"state": "failed"}),
        )


class TimerRow(Model):
    """Something that happens later, once per ``due_at``."""

    id = IdField()
    kind = fields.CharField(max_length=64)
    subject_id = fields.BigIntField()
    due_at = MomentField()
    dedupe_key = fields.CharField(max_length=160, unique=True)
    payload = fields.TextField()
    state = fields.CharField(max_length=10)
    set_at = MomentField()

    class Meta:
        table = "timer"
        indexes = (PartialIndex(fields=("due_at", "id"), condition={"state": "pending"}),)


class AppliedRow(Model):
    """Inbox rows whose effects are committed: written in the transaction of the effects."""

    inbox_id = IdField()
    applied_at = MomentField(db_index=True)

    class Meta:
        table = "applied"


class LeaseRow(Model):
    """Who does a duty that only one process may do; ``fencing`` counts holders."""

    name = fields.CharField(max_length=64, primary_key=True)
    holder = fields.CharField(max_length=128)
    fencing = fields.BigIntField()
    until = MomentField()

    class Meta:
        table = "lease"


class CounterRow(Model):
    """Numbers that only grow, by name (``node``: starts of a process)."""

    name = fields.CharField(max_length=64, primary_key=True)
    value = fields.BigIntField()

    class Meta:
        table = "counter"
