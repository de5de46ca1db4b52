"""Tables of the selling side: employees, departments, channels, pools, logs."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from storage.models.fields import IdField, MomentField


class EmployeeRow(Model):
    """A member of the corp; ``userid`` is kept as the platform spells it."""

    userid = fields.CharField(max_length=64, primary_key=True)
    #: Lower-case userid: userids ignore case.
    folded = fields.CharField(max_length=64, unique=True)
    name = fields.CharField(max_length=64, default="")
    department_id = fields.BigIntField(null=True)
    #: Comma-separated roles: rep, sdr, service, operations, manager, admin.
    roles = fields.CharField(max_length=96, default="")
    #: Share of new leads among reps; 0 gets none.
    weight = fields.IntField(default=1)
    daily_ceiling = fields.IntField(default=50)
    is_active = fields.BooleanField(default=True)
    is_paused = fields.BooleanField(default=False)
    leave_until = MomentField(null=True)
    updated_at = MomentField()

    class Meta:
        table = "employee"


class DepartmentRow(Model):
    """A department as numbered by the platform."""

    id = IdField()
    name = fields.CharField(max_length=128, default="")
    parent_id = fields.BigIntField(null=True)

    class Meta:
        table = "department"


class ChannelRow(Model):
    """A channel of the tree: where leads come from."""

    code = fields.CharField(max_length=64, primary_key=True)
    parent = fields.CharField(max_length=64, default="")
    name = fields.CharField(max_length=128)
    kind = fields.CharField(max_length=32)
    cost_fen = fields.BigIntField(default=0)

    class Meta:
        table = "channel"


class PoolRow(Model):
    """A pool: leads without owner, of a product line."""

    code = fields.CharField(max_length=32, primary_key=True)
    name = fields.CharField(max_length=128)
    product_line = fields.CharField(max_length=32)
    capacity = fields.IntField(default=0)

    class Meta:
        table = "pool"


class CustomerGroupRow(Model):
    """A customer group as last fetched."""

    chat_id = fields.CharField(max_length=64, primary_key=True)
    name = fields.CharField(max_length=128, default="")
    owner = fields.CharField(max_length=64, default="")
    generation = fields.BigIntField(default=0)
    is_dismissed = fields.BooleanField(default=False)

    class Meta:
        table = "customer_group"


class AccessLogRow(Model):
    """Who looked at whose data, when and through what."""

    id = IdField()
    userid = fields.CharField(max_length=64, db_index=True)
    person_id = fields.BigIntField(db_index=True)
    what = fields.CharField(max_length=32)
    via = fields.CharField(max_length=32)
    at = MomentField()

    class Meta:
        table = "access_log"


class AuditRow(Model):
    """A command that was carried out or refused, by whom."""

    id = IdField()
    userid = fields.CharField(max_length=64, db_index=True)
    command = fields.CharField(max_length=32)
    result = fields.CharField(max_length=32)
    dedupe_key = fields.CharField(max_length=160, unique=True)
    at = MomentField()

    class Meta:
        table = "audit"
