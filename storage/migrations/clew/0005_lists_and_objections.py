from tortoise import migrations
from tortoise.migrations import operations as ops
from storage.models.fields import IdField, KeyField, MomentField
from tortoise import fields
from tortoise.indexes import Index, PartialIndex

class Migration(migrations.Migration):
    dependencies = [('clew', '0004_tags')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ContactRow',
            fields=[
                ('id', IdField(primary_key=True, unique=True, db_index=True)),
                ('person_id', fields.BigIntField()),
                ('kind', fields.CharField(max_length=16)),
                ('dedupe_key', fields.CharField(unique=True, max_length=160)),
                ('at', MomentField(generated=False, null=False, unique=False)),
            ],
            options={'table': 'contact', 'app': 'clew', 'indexes': [Index(fields=['person_id', 'at'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ListEntryRow',
            fields=[
                ('id', IdField(primary_key=True, unique=True, db_index=True)),
                ('version_id', fields.BigIntField(db_index=True)),
                ('kind', fields.CharField(max_length=24)),
                ('lookup', KeyField(null=True)),
                ('sealed', fields.BinaryField(null=True)),
                ('word', fields.CharField(default='', max_length=64)),
                ('category', fields.CharField(default='', max_length=32)),
            ],
            options={'table': 'list_entry', 'app': 'clew', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ListVersionRow',
            fields=[
                ('id', IdField(primary_key=True, unique=True, db_index=True)),
                ('name', fields.CharField(max_length=16)),
                ('number', fields.IntField()),
                ('state', fields.CharField(max_length=16)),
                ('entries', fields.IntField(default=0)),
                ('origin', fields.CharField(default='', max_length=128)),
                ('created_at', MomentField(generated=False, null=False, unique=False)),
            ],
            options={'table': 'list_version', 'app': 'clew', 'unique_together': (('name', 'number'),), 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ObjectionRow',
            fields=[
                ('id', IdField(primary_key=True, unique=True, db_index=True)),
                ('lead_id', fields.BigIntField()),
                ('person_id', fields.BigIntField(db_index=True)),
                ('reason', fields.CharField(max_length=32)),
                ('verdict', fields.CharField(max_length=16)),
                ('field', fields.CharField(default='', max_length=32)),
                ('detail', fields.CharField(default='', max_length=64)),
                ('state', fields.CharField(max_length=16)),
                ('opened_at', MomentField(generated=False, null=False, unique=False)),
                ('closed_at', MomentField(null=True, generated=False, unique=False)),
                ('closed_by', fields.CharField(default='', max_length=64)),
            ],
            options={'table': 'objection', 'app': 'clew', 'unique_together': (('lead_id', 'reason'),), 'indexes': [PartialIndex(fields=['opened_at', 'id'], condition={'state': 'open'}), Index(fields=['reason', 'state'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
    ]
