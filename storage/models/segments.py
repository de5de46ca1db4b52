"""Tables of segments: definitions, runs, who is in them and was, and files."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from storage.models.fields import IdField, MomentField


class SegmentRow(Model):
    """A segment as it is defined now; an empty ``text`` withdraws one of the files."""

    name = fields.CharField(max_length=64, primary_key=True)
    text = fields.TextField()
    note = fields.CharField(max_length=256, default="")
    version = fields.IntField()
    author = fields.CharField(max_length=64)
    changed_at = MomentField()

    class Meta:
        table = "segment"


class SegmentRunRow(Model):
    """One computation of a segment; ``text`` is the expression it was computed by."""

    id = IdField()
    name = fields.CharField(max_length=64)
    text = fields.TextField()
    version = fields.IntField()
    #: Everybody, or a sample that is told to who asked.
    is_estimate = fields.BooleanField(default=False)
    state = fields.CharField(max_length=12)
    asked_by = fields.CharField(max_length=64)
    asked_at = MomentField()
    #: The moment that the members are as of.
    as_of = MomentField(null=True)
    size = fields.BigIntField(default=0)
    joined = fields.BigIntField(default=0)
    gone = fields.BigIntField(default=0)
    error = fields.CharField(max_length=500, default="")

    class Meta:
        table = "segment_run"
        indexes = (Index(fields=("name", "id")), Index(fields=("state", "id")))


class SegmentMemberRow(Model):
    """Somebody in a segment, from one run until another; null while they are."""

    id = IdField()
    name = fields.CharField(max_length=64)
    person_id = fields.BigIntField(db_index=True)
    from_run = fields.BigIntField()
    until_run = fields.BigIntField(null=True)

    class Meta:
        table = "segment_member"
        indexes = (Index(fields=("name", "until_run", "person_id")),)


class SegmentFileRow(Model):
    """A file made of a run's members; it is gone after a day."""

    id = IdField()
    run_id = fields.BigIntField()
    format = fields.CharField(max_length=8)
    asked_by = fields.CharField(max_length=64)
    has_contacts = fields.BooleanField()
    state = fields.CharField(max_length=12)
    rows = fields.BigIntField(default=0)
    asked_at = MomentField()
    expires_at = MomentField(db_index=True)

    class Meta:
        table = "segment_file"
        indexes = (Index(fields=("state", "id")),)


class SegmentFilePartRow(Model):
    """A piece of a file, sealed."""

    id = IdField()
    file_id = fields.BigIntField(db_index=True)
    position = fields.IntField()
    sealed = fields.BinaryField()

    class Meta:
        table = "segment_file_part"
