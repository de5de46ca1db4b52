"""Tables of files that were handed in: until they are taken in, and what was wrong with them."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.models import Model

from storage.models.fields import IdField, MomentField


class UploadRow(Model):
    """One file: who handed it in, how it is to be read, how far it is."""

    id = IdField()
    userid = fields.CharField(max_length=64)
    name = fields.CharField(max_length=128)
    state = fields.CharField(max_length=8)
    #: How to read it, as JSON; it names columns, never what stands in them.
    plan = fields.TextField()
    rows = fields.IntField()
    done = fields.IntField()
    taken = fields.IntField()
    faulty = fields.IntField()
    error = fields.CharField(max_length=32)
    created_at = MomentField(db_index=True)
    finished_at = MomentField(null=True)

    class Meta:
        table = "upload"
        indexes = (PartialIndex(fields=("id",), condition={"state": "running"}),)


class UploadPartRow(Model):
    """A piece of a file, sealed; gone when the file is taken in. Piece 0 is its preview."""

    id = IdField()
    upload_id = fields.BigIntField()
    number = fields.IntField()
    sealed = fields.BinaryField()

    class Meta:
        table = "upload_part"
        unique_together = (("upload_id", "number"),)


class UploadFaultRow(Model):
    """What was wrong with a row: place and reason."""

    id = IdField()
    upload_id = fields.BigIntField()
    line = fields.IntField()
    column_name = fields.CharField(max_length=128)
    code = fields.CharField(max_length=64)

    class Meta:
        table = "upload_fault"
        indexes = (Index(fields=("upload_id", "id")),)
