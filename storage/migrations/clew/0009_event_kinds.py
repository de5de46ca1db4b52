from tortoise import migrations
from tortoise.migrations import operations as ops
from storage.models.fields import IdField, MomentField
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('clew', '0008_dedup')]

    initial = False

    operations = [
        ops.CreateModel(
            name='HeldEventRow',
            fields=[
                ('id', IdField(primary_key=True, unique=True, db_index=True)),
                ('person_id', fields.BigIntField(db_index=True)),
                ('source', fields.CharField(max_length=64)),
                ('kind', fields.CharField(max_length=96)),
                ('reason', fields.CharField(max_length=32)),
                ('shape', fields.TextField(unique=False)),
                ('sealed', fields.BinaryField()),
                ('dedupe_key', fields.CharField(unique=True, max_length=160)),
                ('source_sequence', fields.BigIntField(default=0)),
                ('event_at', MomentField(generated=False, null=False, unique=False)),
                ('received_at', MomentField(generated=False, null=False, unique=False)),
            ],
            options={'table': 'held_event', 'app': 'clew', 'indexes': [Index(fields=['kind', 'id'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='KindVersionRow',
            fields=[
                ('number', IdField(primary_key=True, unique=True, db_index=True)),
                ('name', fields.CharField(max_length=64)),
                ('definition', fields.TextField(unique=False)),
                ('author', fields.CharField(max_length=64)),
                ('at', MomentField(generated=False, null=False, unique=False)),
            ],
            options={'table': 'kind_version', 'app': 'clew', 'indexes': [Index(fields=['name', 'number'])], 'pk_attr': 'number'},
            bases=['Model'],
        ),
    ]
