from tortoise import migrations
from tortoise.migrations import operations as ops
from storage.models.fields import IdField, MomentField
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('clew', '0003_api_keys')]

    initial = False

    operations = [
        ops.CreateModel(
            name='TagChangeRow',
            fields=[
                ('id', IdField(primary_key=True, unique=True, db_index=True)),
                ('person_id', fields.BigIntField()),
                ('name', fields.CharField(max_length=64)),
                ('before', fields.TextField(null=True, unique=False)),
                ('after', fields.TextField(null=True, unique=False)),
                ('source', fields.CharField(max_length=16)),
                ('version', fields.IntField(default=0)),
                ('actor', fields.CharField(default='', max_length=64)),
                ('at', MomentField(generated=False, null=False, unique=False)),
            ],
            options={'table': 'tag_change', 'app': 'clew', 'indexes': [Index(fields=['person_id', 'at']), Index(fields=['name', 'at'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='TaggingRow',
            fields=[
                ('id', IdField(primary_key=True, unique=True, db_index=True)),
                ('person_id', fields.BigIntField()),
                ('name', fields.CharField(max_length=64)),
                ('value', fields.TextField(unique=False)),
                ('source', fields.CharField(max_length=16)),
                ('version', fields.IntField(default=0)),
                ('actor', fields.CharField(default='', max_length=64)),
                ('since', MomentField(generated=False, null=False, unique=False)),
                ('is_worn', fields.BooleanField(default=False)),
            ],
            options={'table': 'tagging', 'app': 'clew', 'unique_together': (('person_id', 'name'),), 'indexes': [Index(fields=['name', 'person_id'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
    ]
