"""Tables of lists, of what speaks against leads, and of contacts that were made."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.models import Model

from storage.models.fields import IdField, KeyField, MomentField


class ListVersionRow(Model):
    """A list as it was imported once; one version of a list is current."""

    id = IdField()
    name = fields.CharField(max_length=16)
    number = fields.IntField()
    #: ``loading``, ``current``, ``retired``; ``said``: what was said one by one, with numbers < 0.
    state = fields.CharField(max_length=16)
    entries = fields.IntField(default=0)
    #: Name of the file that it was imported from.
    origin = fields.CharField(max_length=128, default="")
    created_at = MomentField()

    class Meta:
        table = "list_version"
        unique_together = (("name", "number"),)


class ListEntryRow(Model):
    """An entry of a version: a word in clear, or a person's key, sealed and blind-indexed."""

    id = IdField()
    version_id = fields.BigIntField(db_index=True)
    #: ``word``, ``allowed``, or the kind of the key.
    kind = fields.CharField(max_length=24)
    #: Blind index of (kind, value) of a person's key.
    lookup = KeyField(null=True)
    sealed = fields.BinaryField(null=True)
    word = fields.CharField(max_length=64, default="")
    category = fields.CharField(max_length=32, default="")

    class Meta:
        table = "list_entry"


class ObjectionRow(Model):
    """Why the filter holds, rejects or flags a lead; once per lead and reason."""

    id = IdField()
    lead_id = fields.BigIntField()
    person_id = fields.BigIntField(db_index=True)
    reason = fields.CharField(max_length=32)
    verdict = fields.CharField(max_length=16)
    #: Which field, and a code or a category of words; never a value of the person's.
    field = fields.CharField(max_length=32, default="")
    detail = fields.CharField(max_length=64, default="")
    #: ``open``, ``restored`` by a person, ``cleared`` because the reason is gone.
    state = fields.CharField(max_length=16)
    opened_at = MomentField()
    closed_at = MomentField(null=True)
    closed_by = fields.CharField(max_length=64, default="")

    class Meta:
        table = "objection"
        unique_together = (("lead_id", "reason"),)
        indexes = (
            PartialIndex(fields=("opened_at", "id"), condition={"state": "open"}),
            Index(fields=("reason", "state")),
        )


class ContactRow(Model):
    """A message to a customer of a kind that is limited: frequency is counted from here."""

    id = IdField()
    person_id = fields.BigIntField()
    kind = fields.CharField(max_length=16)
    dedupe_key = fields.CharField(max_length=160, unique=True)
    at = MomentField()

    class Meta:
        table = "contact"
        indexes = (Index(fields=("person_id", "at")),)
