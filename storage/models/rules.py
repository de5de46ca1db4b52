"""Tables of the rules of the score: their versions, and what past scores rested on."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from storage.models.fields import IdField, MomentField


class RuleVersionRow(Model):
    """One version of the rule tables, as it was written."""

    number = IdField()
    name = fields.CharField(max_length=128)
    #: draft, tried, published or retired.
    state = fields.CharField(max_length=12)
    #: The files by name, as JSON.
    sources = fields.TextField()
    #: Channel points and interactions that the text does not hold itself, as JSON.
    frame = fields.TextField()
    author = fields.CharField(max_length=64)
    note = fields.CharField(max_length=255)
    created_at = MomentField()
    #: Who asked for a trial that has not been made yet; empty for nobody.
    trial_for = fields.CharField(max_length=64)
    #: What the last trial found, as JSON; empty before the first.
    trial = fields.TextField()
    tried_at = MomentField(null=True)
    published_by = fields.CharField(max_length=64)
    published_at = MomentField(null=True)
    retired_at = MomentField(null=True)

    class Meta:
        table = "rule_version"


class ScoreBasisRow(Model):
    """What a lead's score rested on from a moment on, sealed with the person's key."""

    id = IdField()
    lead_id = fields.BigIntField()
    person_id = fields.BigIntField(db_index=True)
    at = MomentField()
    sealed = fields.BinaryField()

    class Meta:
        table = "score_basis"
        indexes = (Index(fields=("lead_id", "at")),)
