from tortoise import migrations
from tortoise.migrations import operations as ops
from storage.models.fields import IdField, MomentField
from tortoise import fields
from tortoise.indexes import Index, PartialIndex

class Migration(migrations.Migration):
    dependencies = [('clew', '0011_entry_points')]

    initial = False

    operations = [
        ops.CreateModel(
            name='UploadFaultRow',
            fields=[
                ('id', IdField(primary_key=True, unique=True, db_index=True)),
                ('upload_id', fields.BigIntField()),
                ('line', fields.IntField()),
                ('column_name', fields.CharField(max_length=128)),
                ('code', fields.CharField(max_length=64)),
            ],
            options={'table': 'upload_fault', 'app': 'clew', 'indexes': [Index(fields=['upload_id', 'id'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='UploadPartRow',
            fields=[
                ('id', IdField(primary_key=True, unique=True, db_index=True)),
                ('upload_id', fields.BigIntField()),
                ('number', fields.IntField()),
                ('sealed', fields.BinaryField()),
            ],
            options={'table': 'upload_part', 'app': 'clew', 'unique_together': (('upload_id', 'number'),), 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='UploadRow',
            fields=[
                ('id', IdField(primary_key=True, unique=True, db_index=True)),
                ('userid', fields.CharField(max_length=64)),
                ('name', fields.CharField(max_length=128)),
                ('state', fields.CharField(max_length=8)),
                ('plan', fields.TextField(unique=False)),
                ('rows', fields.IntField()),
                ('done', fields.IntField()),
                ('taken', fields.IntField()),
                ('faulty', fields.IntField()),
                ('error', fields.CharField(max_length=32)),
                ('created_at', MomentField(db_index=True, generated=False, null=False, unique=False)),
                ('finished_at', MomentField(null=True, generated=False, unique=False)),
            ],
            options={'table': 'upload', 'app': 'clew', 'indexes': [PartialIndex(fields=['id'], condition={'state': 'running'})], 'pk_attr': 'id'},
            bases=['Model'],
        ),
    ]
