"""Tables of persons and what leads to them."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from storage.models.fields import IdField, KeyField, MomentField


class PersonRow(Model):
    """A person; ``root_id`` is whom they were merged into, themselves when not."""

    id = IdField()
    root_id = fields.BigIntField(db_index=True)
    name = fields.CharField(max_length=128, default="")
    #: field → {value, source, set_at, confidence}; never a phone, WeChat id or e-mail.
    attributes = fields.TextField()
    #: Sentences that the attributes were read from, sealed with the person's key.
    evidence = fields.BinaryField(null=True)
    company_id = fields.BigIntField(null=True)
    opted_out_at = MomentField(null=True)
    created_at = MomentField()
    version = fields.IntField(default=0)

    class Meta:
        table = "person"
        indexes = (Index(fields=("company_id",)),)


class DataKeyRow(Model):
    """The person's data key, wrapped by a master key; deleted on erasure."""

    person_id = IdField()
    wrapped = fields.BinaryField()

    class Meta:
        table = "data_key"


class IdentityRow(Model):
    """A key that leads to a person; unique per kind and value."""

    id = IdField()
    person_id = fields.BigIntField(db_index=True)
    kind = fields.CharField(max_length=24)
    #: Blind index of (kind, value).
    lookup = KeyField()
    #: Blind index of a phone's last four digits.
    tail = KeyField(null=True)
    #: In clear for ids that only the platform understands, else empty.
    value = fields.CharField(max_length=160, default="")
    #: Phone, WeChat id, e-mail, sealed with the person's key.
    sealed = fields.BinaryField(null=True)
    is_verified = fields.BooleanField()
    source = fields.CharField(max_length=16)
    since = MomentField()

    class Meta:
        table = "identity"
        unique_together = (("kind", "lookup"),)
        indexes = (Index(fields=("tail",)),)


class RelationRow(Model):
    """Rep and person in WeCom."""

    id = IdField()
    person_id = fields.BigIntField()
    userid = fields.CharField(max_length=64, db_index=True)
    state = fields.CharField(max_length=24)
    since = MomentField()
    changed_at = MomentField()
    remark = fields.CharField(max_length=128, default="")
    #: Corp tags that the rep put on the customer, separated by blanks.
    tag_ids = fields.CharField(max_length=4000, default="")

    class Meta:
        table = "relation"
        unique_together = (("person_id", "userid"),)


class LearnerRow(Model):
    """Who the course is for; two children may stand under one phone."""

    id = IdField()
    person_id = fields.BigIntField()
    name = fields.CharField(max_length=64, default="")
    grade = fields.CharField(max_length=16, default="")
    age = fields.IntField(null=True)
    subject = fields.CharField(max_length=32, default="")

    class Meta:
        table = "learner"
        unique_together = (("person_id", "name"),)


class CompanyRow(Model):
    """A company; ``normal_name`` is what names are compared by."""

    id = IdField()
    name = fields.CharField(max_length=256)
    normal_name = fields.CharField(max_length=256, unique=True)
    created_at = MomentField()

    class Meta:
        table = "company"


class MergeLinkRow(Model):
    """``from_id`` was found to be ``to_id``; an unmerge sets ``ended_at``."""

    id = IdField()
    from_id = fields.BigIntField(db_index=True)
    to_id = fields.BigIntField(db_index=True)
    reason = fields.CharField(max_length=64)
    since = MomentField()
    ended_at = MomentField(null=True)

    class Meta:
        table = "merge_link"


class ReviewRow(Model):
    """Two persons that share a key which nobody vouches for; a human decides."""

    id = IdField()
    kind = fields.CharField(max_length=32)
    person_id = fields.BigIntField(db_index=True)
    other_id = fields.BigIntField(db_index=True)
    reason = fields.CharField(max_length=64)
    dedupe_key = fields.CharField(max_length=160, unique=True)
    state = fields.CharField(max_length=16, default="open")
    created_at = MomentField()
    #: log2 of the odds that both are one; None where a shared key is all there is.
    score = fields.FloatField(null=True)
    #: Names of fields with level and weight, as JSON; never a value.
    reasons = fields.TextField(null=True)
    decided_by = fields.CharField(max_length=64, default="")
    decided_at = MomentField(null=True)
    #: When a manager last said "later": such pairs come behind all others.
    put_off_at = MomentField(null=True)

    class Meta:
        table = "review"
        indexes = (Index(fields=("state", "kind")),)
