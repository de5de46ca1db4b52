"""Tables of trackers: logs of attributes that are built up, and things of the catalogue."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from storage.models.fields import IdField, MomentField


class ProfileLogRow(Model):
    """What records said about one attribute of a person, as they came in."""

    id = IdField()
    person_id = fields.BigIntField()
    name = fields.CharField(max_length=64)
    #: Acts, values, moments and references as JSON, sealed with the person's key.
    sealed = fields.BinaryField()

    class Meta:
        table = "profile_log"
        unique_together = (("person_id", "name"),)


class TrackedItemRow(Model):
    """A thing of a system's catalogue (a course, a product) as a tracker told of it last."""

    id = IdField()
    system = fields.CharField(max_length=64)
    kind = fields.CharField(max_length=64)
    item = fields.CharField(max_length=128)
    properties = fields.TextField()
    is_deleted = fields.BooleanField(default=False)
    #: When it was told, by event time, and by which record.
    changed_at = MomentField()
    reference = fields.CharField(max_length=160)

    class Meta:
        table = "tracked_item"
        unique_together = (("system", "kind", "item"),)
