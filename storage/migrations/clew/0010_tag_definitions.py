from tortoise import migrations
from tortoise.migrations import operations as ops
from storage.models.fields import IdField, MomentField
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('clew', '0009_event_kinds')]

    initial = False

    operations = [
        ops.CreateModel(
            name='TagDefinitionRow',
            fields=[
                ('id', IdField(primary_key=True, unique=True, db_index=True)),
                ('name', fields.CharField(max_length=64)),
                ('version', fields.IntField()),
                ('state', fields.CharField(max_length=12)),
                ('body', fields.TextField(unique=False)),
                ('author', fields.CharField(max_length=64)),
                ('created_at', MomentField(generated=False, null=False, unique=False)),
                ('published_at', MomentField(null=True, generated=False, unique=False)),
            ],
            options={'table': 'tag_definition', 'app': 'clew', 'unique_together': (('name', 'version'),), 'indexes': [Index(fields=['state', 'name'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='TagNameRow',
            fields=[
                ('name', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('created_at', MomentField(generated=False, null=False, unique=False)),
            ],
            options={'table': 'tag_name', 'app': 'clew', 'pk_attr': 'name'},
            bases=['Model'],
        ),
    ]
