from tortoise import migrations
from tortoise.migrations import operations as ops
from storage.models.fields import IdField, MomentField
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('clew', '0010_tag_definitions')]

    initial = False

    operations = [
        ops.CreateModel(
            name='EntryDayRow',
            fields=[
                ('id', IdField(primary_key=True, unique=True, db_index=True)),
                ('entry_id', fields.BigIntField()),
                ('userid', fields.CharField(max_length=64)),
                ('day', fields.CharField(max_length=10)),
                ('used', fields.IntField(default=0)),
            ],
            options={'table': 'entry_day', 'app': 'clew', 'unique_together': (('entry_id', 'userid', 'day'),), 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='EntryRow',
            fields=[
                ('id', IdField(primary_key=True, unique=True, db_index=True)),
                ('kind', fields.CharField(max_length=24)),
                ('account', fields.CharField(default='', max_length=64)),
                ('word', fields.CharField(max_length=64)),
                ('channel', fields.CharField(db_index=True, max_length=64)),
                ('title', fields.CharField(default='', max_length=64)),
                ('plan', fields.TextField(unique=False)),
                ('shown', fields.TextField(unique=False)),
                ('state', fields.CharField(max_length=8)),
                ('platform_id', fields.CharField(default='', max_length=128)),
                ('url', fields.CharField(default='', max_length=1024)),
                ('qr_code', fields.CharField(default='', max_length=1024)),
                ('version', fields.IntField(default=1)),
                ('created_at', MomentField(generated=False, null=False, unique=False)),
            ],
            options={'table': 'entry_point', 'app': 'clew', 'unique_together': (('kind', 'account', 'word'),), 'pk_attr': 'id'},
            bases=['Model'],
        ),
    ]
