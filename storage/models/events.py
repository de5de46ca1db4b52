"""The append-only log of interactions."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from storage.models.fields import IdField, MomentField


class EventRow(Model):
    """One occurrence; belongs to the person as they came in, is never rewritten."""

    id = IdField()
    person_id = fields.BigIntField()
    kind = fields.CharField(max_length=64)
    event_at = MomentField()
    received_at = MomentField()
    source_sequence = fields.BigIntField(default=0)
    dedupe_key = fields.CharField(max_length=160, unique=True)
    properties = fields.TextField()
    #: What was said, sealed with the person's key.
    sealed_text = fields.BinaryField(null=True)

    class Meta:
        table = "event"
        indexes = (
            Index(fields=("person_id", "event_at")),
            Index(fields=("kind", "event_at")),
        )


class UnknownUpdateRow(Model):
    """A callback of no known kind: kept and shown, never dropped."""

    id = IdField()
    source = fields.CharField(max_length=64)
    kind = fields.CharField(max_length=96)
    sealed = fields.BinaryField()
    dedupe_key = fields.CharField(max_length=160, unique=True)
    at = MomentField(db_index=True)

    class Meta:
        table = "unknown_update"
