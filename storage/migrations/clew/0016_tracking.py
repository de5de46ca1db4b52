from tortoise import migrations
from tortoise.migrations import operations as ops
from storage.models.fields import IdField, MomentField
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('clew', '0015_company_aliases')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ProfileLogRow',
            fields=[
                ('id', IdField(primary_key=True, unique=True, db_index=True)),
                ('person_id', fields.BigIntField()),
                ('name', fields.CharField(max_length=64)),
                ('sealed', fields.BinaryField(unique=False)),
            ],
            options={'table': 'profile_log', 'app': 'clew', 'unique_together': (('person_id', 'name'),), 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='TrackedItemRow',
            fields=[
                ('id', IdField(primary_key=True, unique=True, db_index=True)),
                ('system', fields.CharField(max_length=64)),
                ('kind', fields.CharField(max_length=64)),
                ('item', fields.CharField(max_length=128)),
                ('properties', fields.TextField(unique=False)),
                ('is_deleted', fields.BooleanField(default=False)),
                ('changed_at', MomentField(generated=False, null=False, unique=False)),
                ('reference', fields.CharField(max_length=160)),
            ],
            options={'table': 'tracked_item', 'app': 'clew', 'unique_together': (('system', 'kind', 'item'),), 'pk_attr': 'id'},
            bases=['Model'],
        ),
    ]
