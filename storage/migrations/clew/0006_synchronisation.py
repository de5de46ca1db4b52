from tortoise import migrations
from tortoise.migrations import operations as ops
from storage.models.fields import IdField, MomentField
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('clew', '0005_lists_and_objections')]

    initial = False

    operations = [
        ops.CreateModel(
            name='CorpTagRow',
            fields=[
                ('tag_id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('name', fields.CharField(max_length=64)),
                ('group_id', fields.CharField(max_length=64)),
                ('group_name', fields.CharField(max_length=64)),
                ('position', fields.BigIntField(default=0)),
                ('is_deleted', fields.BooleanField(default=False)),
                ('generation', fields.BigIntField()),
            ],
            options={'table': 'corp_tag', 'app': 'clew', 'pk_attr': 'tag_id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='GroupMemberRow',
            fields=[
                ('id', IdField(primary_key=True, unique=True, db_index=True)),
                ('chat_id', fields.CharField(max_length=64)),
                ('member', fields.CharField(max_length=64)),
                ('is_outside', fields.BooleanField()),
                ('joined_at', MomentField(null=True, generated=False, unique=False)),
            ],
            options={'table': 'group_member', 'app': 'clew', 'unique_together': (('chat_id', 'member'),), 'indexes': [Index(fields=['member'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SyncPartRow',
            fields=[
                ('id', IdField(primary_key=True, unique=True, db_index=True)),
                ('run_id', fields.BigIntField(db_index=True)),
                ('kind', fields.CharField(max_length=16)),
                ('about', fields.TextField(unique=False)),
                ('cursor', fields.TextField(unique=False)),
                ('state', fields.CharField(max_length=8)),
                ('pages', fields.IntField()),
                ('items', fields.IntField()),
                ('error', fields.CharField(max_length=500)),
            ],
            options={'table': 'sync_part', 'app': 'clew', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SyncRunRow',
            fields=[
                ('id', IdField(primary_key=True, unique=True, db_index=True)),
                ('started_at', MomentField(generated=False, null=False, unique=False)),
                ('finished_at', MomentField(null=True, generated=False, unique=False)),
            ],
            options={'table': 'sync_run', 'app': 'clew', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SyncSeenRow',
            fields=[
                ('id', IdField(primary_key=True, unique=True, db_index=True)),
                ('run_id', fields.BigIntField()),
                ('kind', fields.CharField(max_length=16)),
                ('userid', fields.CharField(max_length=64)),
                ('subject', fields.CharField(max_length=64)),
            ],
            options={'table': 'sync_seen', 'app': 'clew', 'unique_together': (('run_id', 'kind', 'userid', 'subject'),), 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='RelationRow',
            name='tag_ids',
            field=fields.CharField(default='', max_length=4000),
        ),
    ]
