from tortoise import migrations
from tortoise.migrations import operations as ops
from storage.models.fields import IdField, MomentField
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('clew', '0012_uploads')]

    initial = False

    operations = [
        ops.CreateModel(
            name='SegmentFilePartRow',
            fields=[
                ('id', IdField(primary_key=True, unique=True, db_index=True)),
                ('file_id', fields.BigIntField(db_index=True)),
                ('position', fields.IntField()),
                ('sealed', fields.BinaryField()),
            ],
            options={'table': 'segment_file_part', 'app': 'clew', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SegmentFileRow',
            fields=[
                ('id', IdField(primary_key=True, unique=True, db_index=True)),
                ('run_id', fields.BigIntField()),
                ('format', fields.CharField(max_length=8)),
                ('asked_by', fields.CharField(max_length=64)),
                ('has_contacts', fields.BooleanField()),
                ('state', fields.CharField(max_length=12)),
                ('rows', fields.BigIntField(default=0)),
                ('asked_at', MomentField(generated=False, null=False, unique=False)),
                ('expires_at', MomentField(db_index=True, generated=False, null=False, unique=False)),
            ],
            options={'table': 'segment_file', 'app': 'clew', 'indexes': [Index(fields=['state', 'id'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SegmentMemberRow',
            fields=[
                ('id', IdField(primary_key=True, unique=True, db_index=True)),
                ('name', fields.CharField(max_length=64)),
                ('person_id', fields.BigIntField(db_index=True)),
                ('from_run', fields.BigIntField()),
                ('until_run', fields.BigIntField(null=True)),
            ],
            options={'table': 'segment_member', 'app': 'clew', 'indexes': [Index(fields=['name', 'until_run', 'person_id'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SegmentRow',
            fields=[
                ('name', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('text', fields.TextField(unique=False)),
                ('note', fields.CharField(default='', max_length=256)),
                ('version', fields.IntField()),
                ('author', fields.CharField(max_length=64)),
                ('changed_at', MomentField(generated=False, null=False, unique=False)),
            ],
            options={'table': 'segment', 'app': 'clew', 'pk_attr': 'name'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SegmentRunRow',
            fields=[
                ('id', IdField(primary_key=True, unique=True, db_index=True)),
                ('name', fields.CharField(max_length=64)),
                ('text', fields.TextField(unique=False)),
                ('version', fields.IntField()),
                ('is_estimate', fields.BooleanField(default=False)),
                ('state', fields.CharField(max_length=12)),
                ('asked_by', fields.CharField(max_length=64)),
                ('asked_at', MomentField(generated=False, null=False, unique=False)),
                ('as_of', MomentField(null=True, generated=False, unique=False)),
                ('size', fields.BigIntField(default=0)),
                ('joined', fields.BigIntField(default=0)),
                ('gone', fields.BigIntField(default=0)),
                ('error', fields.CharField(default='', max_length=500)),
            ],
            options={'table': 'segment_run', 'app': 'clew', 'indexes': [Index(fields=['name', 'id']), Index(fields=['state', 'id'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
    ]
