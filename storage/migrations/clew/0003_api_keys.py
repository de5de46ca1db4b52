from tortoise import migrations
from tortoise.migrations import operations as ops
from storage.models.fields import IdField, KeyField, MomentField
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('clew', '0002_send_ledger_by_receiver')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ApiCallRow',
            fields=[
                ('id', IdField(primary_key=True, unique=True, db_index=True)),
                ('dedupe_key', KeyField(unique=True)),
                ('digest', fields.BinaryField()),
                ('at', MomentField(generated=False, null=False, unique=False)),
                ('is_nonce', fields.BooleanField()),
            ],
            options={'table': 'api_call', 'app': 'clew', 'indexes': [Index(fields=['is_nonce', 'at'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ApiKeyRow',
            fields=[
                ('id', IdField(primary_key=True, unique=True, db_index=True)),
                ('word', fields.CharField(unique=True, max_length=32)),
                ('name', fields.CharField(max_length=64)),
                ('system', fields.CharField(max_length=32)),
                ('scopes', fields.CharField(max_length=160)),
                ('per_minute', fields.IntField()),
                ('sealed', fields.BinaryField()),
                ('created_at', MomentField(generated=False, null=False, unique=False)),
                ('revoked_at', MomentField(null=True, generated=False, unique=False)),
            ],
            options={'table': 'api_key', 'app': 'clew', 'pk_attr': 'id'},
            bases=['Model'],
        ),
    ]
