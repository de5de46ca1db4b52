"""Tables of entry points: codes and links that we spread."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from storage.models.fields import IdField, MomentField


class EntryRow(Model):
    """A contact way, acquisition link, scene or join way; written before the platform is asked."""

    id = IdField()
    kind = fields.CharField(max_length=24)
    account = fields.CharField(max_length=64, default="")
    #: What the platform gives back: state or scene.
    word = fields.CharField(max_length=64)
    channel = fields.CharField(max_length=64, db_index=True)
    title = fields.CharField(max_length=64, default="")
    #: Shifts, backups, ceiling, life and groups, as JSON.
    plan = fields.TextField()
    #: Userids that the platform was last told to show, separated by blanks.
    shown = fields.TextField()
    state = fields.CharField(max_length=8)
    platform_id = fields.CharField(max_length=128, default="")
    url = fields.CharField(max_length=1024, default="")
    qr_code = fields.CharField(max_length=1024, default="")
    version = fields.IntField(default=1)
    created_at = MomentField()

    class Meta:
        table = "entry_point"
        unique_together = (("kind", "account", "word"),)


class EntryDayRow(Model):
    """How many customers a member got through an entry point on a business day."""

    id = IdField()
    entry_id = fields.BigIntField()
    userid = fields.CharField(max_length=64)
    #: Business day as ``YYYY-MM-DD``.
    day = fields.CharField(max_length=10)
    used = fields.IntField(default=0)

    class Meta:
        table = "entry_day"
        unique_together = (("entry_id", "userid", "day"),)
