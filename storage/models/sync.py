"""Tables of the synchronisation with the platform, and of what it brings besides persons."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from storage.models.fields import IdField, MomentField


class SyncRunRow(Model):
    """One reading of everything that the platform has."""

    id = IdField()
    started_at = MomentField()
    finished_at = MomentField(null=True)

    class Meta:
        table = "sync_run"


class SyncPartRow(Model):
    """One list of a run; ``cursor`` moves in the transaction that takes in a page."""

    id = IdField()
    run_id = fields.BigIntField(db_index=True)
    kind = fields.CharField(max_length=16)
    #: Userids or a department, separated by blanks.
    about = fields.TextField()
    cursor = fields.TextField()
    state = fields.CharField(max_length=8)
    pages = fields.IntField()
    items = fields.IntField()
    error = fields.CharField(max_length=500)

    class Meta:
        table = "sync_part"


class SyncSeenRow(Model):
    """What a run has met, to find what the platform no longer has."""

    id = IdField()
    run_id = fields.BigIntField()
    kind = fields.CharField(max_length=16)
    #: Userids in lower case: they ignore case.
    userid = fields.CharField(max_length=64)
    subject = fields.CharField(max_length=64)

    class Meta:
        table = "sync_seen"
        unique_together = (("run_id", "kind", "userid", "subject"),)


class CorpTagRow(Model):
    """A tag of the corp's library as last read; ``generation`` is the run that read it."""

    tag_id = fields.CharField(max_length=64, primary_key=True)
    name = fields.CharField(max_length=64)
    group_id = fields.CharField(max_length=64)
    group_name = fields.CharField(max_length=64)
    position = fields.BigIntField(default=0)
    is_deleted = fields.BooleanField(default=False)
    generation = fields.BigIntField()

    class Meta:
        table = "corp_tag"


class GroupMemberRow(Model):
    """Who is in a customer group, as last fetched and as events told since."""

    id = IdField()
    chat_id = fields.CharField(max_length=64)
    #: Userid, or external userid of an outside member.
    member = fields.CharField(max_length=64)
    is_outside = fields.BooleanField()
    joined_at = MomentField(null=True)

    class Meta:
        table = "group_member"
        unique_together = (("chat_id", "member"),)
        indexes = (Index(fields=("member",)),)
