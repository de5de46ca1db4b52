"""Tables of leads, their owners and their money."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from storage.models.fields import IdField, MomentField


class LeadRow(Model):
    """One chance of a person in a product line."""

    id = IdField()
    person_id = fields.BigIntField()
    product_line = fields.CharField(max_length=32)
    kind = fields.CharField(max_length=16)
    cycle = fields.IntField(default=1)
    stage = fields.CharField(max_length=24)
    status = fields.CharField(max_length=24, null=True)
    pool = fields.CharField(max_length=32, default="")
    owner = fields.CharField(max_length=64, null=True)
    assignment = fields.IntField(default=0)
    offered_at = MomentField(null=True)
    accepted_at = MomentField(null=True)
    protected_until = MomentField(null=True)
    first_channel = fields.CharField(max_length=64, default="")
    first_state = fields.CharField(max_length=128, default="")
    first_touch_at = MomentField(null=True)
    last_channel = fields.CharField(max_length=64, default="")
    last_state = fields.CharField(max_length=128, default="")
    last_touch_at = MomentField(null=True)
    score_initial = fields.FloatField(default=0)
    score_static = fields.FloatField(default=0)
    score_dynamic = fields.FloatField(default=0)
    score_composite = fields.FloatField(default=0)
    score_standard = fields.FloatField(default=0)
    level = fields.IntField(default=4)
    grade = fields.CharField(max_length=1, default="D")
    is_mature = fields.BooleanField(default=False)
    rules_version = fields.IntField(default=0)
    scored_at = MomentField(null=True)
    #: Tells whether what the score rests on has changed; see ``score_basis``.
    basis_mark = fields.CharField(max_length=32, default="")
    invalid_reason = fields.CharField(max_length=64, default="")
    created_at = MomentField()
    version = fields.IntField(default=0)

    class Meta:
        table = "lead"
        unique_together = (("person_id", "product_line", "kind", "cycle"),)
        indexes = (
            Index(fields=("owner", "stage")),
            Index(fields=("stage", "pool")),
            Index(fields=("created_at",)),
        )


class OwnershipRow(Model):
    """The ownership ledger: every change of owner or pool, and why."""

    id = IdField()
    lead_id = fields.BigIntField()
    assignment = fields.IntField()
    from_owner = fields.CharField(max_length=64, null=True)
    to_owner = fields.CharField(max_length=64, null=True)
    from_pool = fields.CharField(max_length=32, default="")
    to_pool = fields.CharField(max_length=32, default="")
    reason = fields.CharField(max_length=64)
    actor = fields.CharField(max_length=64)
    at = MomentField(db_index=True)

    class Meta:
        table = "ownership"
        unique_together = (("lead_id", "assignment"),)


class RepDayRow(Model):
    """How many leads a rep was given on a business day; the ceiling is enforced here."""

    id = IdField()
    userid = fields.CharField(max_length=64)
    #: Business day as ``YYYY-MM-DD``.
    day = fields.CharField(max_length=10)
    used = fields.IntField(default=0)

    class Meta:
        table = "rep_day"
        unique_together = (("userid", "day"),)


class OrderRow(Model):
    """What was bought: amounts in fen (1/100 yuan)."""

    id = IdField()
    person_id = fields.BigIntField(db_index=True)
    lead_id = fields.BigIntField(null=True)
    number = fields.CharField(max_length=64, unique=True)
    product = fields.CharField(max_length=128)
    amount_fen = fields.BigIntField()
    paid_fen = fields.BigIntField(default=0)
    refunded_fen = fields.BigIntField(default=0)
    ordered_at = MomentField()

    class Meta:
        table = "purchase_order"


class NoteRow(Model):
    """A note in the rep's words, sealed with the person's key."""

    id = IdField()
    lead_id = fields.BigIntField(db_index=True)
    person_id = fields.BigIntField()
    userid = fields.CharField(max_length=64)
    sealed = fields.BinaryField()
    dedupe_key = fields.CharField(max_length=160, unique=True)
    at = MomentField()

    class Meta:
        table = "note"


class ReminderRow(Model):
    """A reminder for a rep; its timer fires by ``dedupe_key``."""

    id = IdField()
    userid = fields.CharField(max_length=64)
    lead_id = fields.BigIntField(null=True, db_index=True)
    person_id = fields.BigIntField(null=True)
    sealed = fields.BinaryField()
    due_at = MomentField()
    state = fields.CharField(max_length=16, default="pending")
    dedupe_key = fields.CharField(max_length=160, unique=True)
    created_at = MomentField()

    class Meta:
        table = "reminder"
        indexes = (Index(fields=("userid", "state", "due_at")),)
