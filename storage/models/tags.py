"""Tables of tags: who has which, and how that came about."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from storage.models.fields import IdField, MomentField


class TaggingRow(Model):
    """One tag of one person; ``value`` is JSON."""

    id = IdField()
    person_id = fields.BigIntField()
    name = fields.CharField(max_length=64)
    value = fields.TextField()
    source = fields.CharField(max_length=16)
    version = fields.IntField(default=0)
    actor = fields.CharField(max_length=64, default="")
    since = MomentField()
    #: A member's customer bears it in WeCom, as we have seen there.
    is_worn = fields.BooleanField(default=False)

    class Meta:
        table = "tagging"
        unique_together = (("person_id", "name"),)
        indexes = (Index(fields=("name", "person_id")),)


class TagChangeRow(Model):
    """A tag that was got, changed or lost: ``before`` or ``after`` is null."""

    id = IdField()
    person_id = fields.BigIntField()
    name = fields.CharField(max_length=64)
    before = fields.TextField(null=True)
    after = fields.TextField(null=True)
    source = fields.CharField(max_length=16)
    version = fields.IntField(default=0)
    actor = fields.CharField(max_length=64, default="")
    at = MomentField()

    class Meta:
        table = "tag_change"
        indexes = (Index(fields=("person_id", "at")), Index(fields=("name", "at")))


class TagNameRow(Model):
    """A name that people have put on somebody, so that expressions may mention it."""

    name = fields.CharField(max_length=64, primary_key=True)
    created_at = MomentField()

    class Meta:
        table = "tag_name"


class TagDefinitionRow(Model):
    """A version of a definition: ``body`` is JSON; an empty one withdraws the tag."""

    id = IdField()
    name = fields.CharField(max_length=64)
    version = fields.IntField()
    state = fields.CharField(max_length=12)
    body = fields.TextField()
    author = fields.CharField(max_length=64)
    created_at = MomentField()
    published_at = MomentField(null=True)

    class Meta:
        table = "tag_definition"
        unique_together = (("name", "version"),)
        indexes = (Index(fields=("state", "name")),)
