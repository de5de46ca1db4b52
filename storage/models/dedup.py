"""Tables of dedup: where twins are looked for, what a merge changed, who disputes a lead."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from storage.models.fields import IdField, MomentField


class CompanyBlockRow(Model):
    """A key under which a company is looked for: its brand, or two characters of it."""

    id = IdField()
    company_id = fields.BigIntField()
    block = fields.CharField(max_length=80)

    class Meta:
        table = "company_block"
        unique_together = (("block", "company_id"),)


class CompanyAliasRow(Model):
    """Another name of a company, as managers and operators said while the service runs.

    Rows are never changed but to end: their number with that of ended ones tells states apart.
    """

    id = IdField()
    company = fields.CharField(max_length=64)
    alias = fields.CharField(max_length=64)
    created_by = fields.CharField(max_length=64)
    created_at = MomentField()
    ended_by = fields.CharField(max_length=64, default="")
    ended_at = MomentField(null=True)

    class Meta:
        table = "company_alias"


class PersonBlockRow(Model):
    """A key under which twins of a person are looked for; never a phone, WeChat id or e-mail."""

    id = IdField()
    person_id = fields.BigIntField(db_index=True)
    block = fields.CharField(max_length=200)

    class Meta:
        table = "person_block"
        unique_together = (("block", "person_id"),)


class MergeChangeRow(Model):
    """A lead that a merge closed in favour of another, as JSON; an unmerge puts both back."""

    id = IdField()
    link_id = fields.BigIntField(db_index=True)
    lead_id = fields.BigIntField(db_index=True)
    kept_id = fields.BigIntField(db_index=True)
    before = fields.TextField()
    after = fields.TextField()
    #: The lead that went on, as it was before.
    kept_before = fields.TextField()
    undone_at = MomentField(null=True)

    class Meta:
        table = "merge_change"


class LeadLinkRow(Model):
    """``from_id`` came in again as ``to_id``, the source lead 归集; both are kept."""

    id = IdField()
    from_id = fields.BigIntField()
    to_id = fields.BigIntField(db_index=True)
    rule = fields.CharField(max_length=64)
    since = MomentField()
    ended_at = MomentField(null=True)

    class Meta:
        table = "lead_link"
        unique_together = (("from_id", "to_id"),)


class LeadCaseRow(Model):
    """A dispute 撞单 or registration 报备: an employee wants a lead, a manager decides."""

    id = IdField()
    kind = fields.CharField(max_length=16)
    lead_id = fields.BigIntField(db_index=True)
    userid = fields.CharField(max_length=64)
    state = fields.CharField(max_length=16, default="open")
    dedupe_key = fields.CharField(max_length=160, unique=True)
    created_at = MomentField()
    decided_by = fields.CharField(max_length=64, default="")
    decided_at = MomentField(null=True)

    class Meta:
        table = "lead_case"
