from tortoise import migrations
from tortoise.migrations import operations as ops
from storage.models.fields import IdField, KeyField, MomentField
from tortoise import fields
from tortoise.indexes import PartialIndex


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="CursorRow",
            fields=[
                (
                    "name",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=160),
                ),
                ("value", fields.TextField(unique=False)),
            ],
            options={"table": "pull_cursor", "app": "inbox", "pk_attr": "name"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="InboxRow",
            fields=[
                ("id", IdField(primary_key=True, unique=True, db_index=True)),
                ("key", KeyField(unique=True)),
                ("source", fields.CharField(max_length=96)),
                ("subject", fields.CharField(max_length=160)),
                ("priority", fields.SmallIntField()),
                ("payload", fields.BinaryField(null=True)),
                ("received_at", MomentField(generated=False, null=False, unique=False)),
                ("state", fields.CharField(max_length=8)),
                ("attempts", fields.IntField()),
                ("lease_token", fields.CharField(max_length=32)),
                ("free_at", MomentField(generated=False, null=False, unique=False)),
                ("error", fields.CharField(max_length=500)),
            ],
            options={
                "table": "inbox",
                "app": "inbox",
                "indexes": [
                    PartialIndex(fields=["priority", "id"], condition={"state": "pending"}),
                    PartialIndex(fields=["subject"], condition={"state": "leased"}),
                    PartialIndex(fields=["id"], condition={"state": "parked"}),
                    PartialIndex(fields=["received_at"], condition={"state": "done"}),
                ],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
    ]
