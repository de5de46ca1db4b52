"""Tables of event kinds that were registered while the service runs, and of events that wait."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from storage.models.fields import IdField, MomentField


class KindVersionRow(Model):
    """A registration; the one with the highest number is in force for its name."""

    number = IdField()
    name = fields.CharField(max_length=64)
    #: The kind as JSON.
    definition = fields.TextField()
    author = fields.CharField(max_length=64)
    at = MomentField()

    class Meta:
        table = "kind_version"
        indexes = (Index(fields=("name", "number")),)


class HeldEventRow(Model):
    """An event that the registry refused, until somebody registers its kind."""

    id = IdField()
    person_id = fields.BigIntField(db_index=True)
    source = fields.CharField(max_length=64)
    kind = fields.CharField(max_length=96)
    reason = fields.CharField(max_length=32)
    #: Names and types of its properties as JSON; their values are sealed.
    shape = fields.TextField()
    #: Kind, properties and text, sealed with the person's key.
    sealed = fields.BinaryField()
    dedupe_key = fields.CharField(max_length=160, unique=True)
    source_sequence = fields.BigIntField(default=0)
    event_at = MomentField()
    received_at = MomentField()

    class Meta:
        table = "held_event"
        indexes = (Index(fields=("kind", "id")),)
