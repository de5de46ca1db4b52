"""Tables of the inbox; on SQLite they live in a file of their own."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import PartialIndex
from tortoise.models import Model

from storage.models.fields import IdField, KeyField, MomentField


class InboxRow(Model):
    """One delivery; its key outlives its payload, so that a late repeat is known."""

    id = IdField()
    key = KeyField(unique=True)
    source = fields.CharField(max_length=96)
    subject = fields.CharField(max_length=160)
    priority = fields.SmallIntField()
    #: Sealed; null once it was purged.
    payload = fields.BinaryField(null=True)
    received_at = MomentField()
    state = fields.CharField(max_length=8)
    attempts = fields.IntField()
    lease_token = fields.CharField(max_length=32)
    #: When it may be taken: at once, at the next attempt, or at the end of its lease.
    free_at = MomentField()
    error = fields.CharField(max_length=500)

    class Meta:
        table = "inbox"
        indexes = (
            # An insert touches one index besides the key, and that at its end.
            PartialIndex(fields=("priority", "id"), condition={"state": "pending"}),
            PartialIndex(fields=("subject",), condition={"state": "leased"}),
            PartialIndex(fields=("id",), condition={"state": "parked"}),
            PartialIndex(fields=("received_at",), condition={"state": "done"}),
        )


class CursorRow(Model):
    """How far a pulled list was read; moves in the transaction of the page's rows."""

    name = fields.CharField(max_length=160, primary_key=True)
    value = fields.TextField()

    class Meta:
        table = "pull_cursor"
