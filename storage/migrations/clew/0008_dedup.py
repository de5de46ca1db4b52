from tortoise import migrations
from tortoise.migrations import operations as ops
from storage.models.fields import IdField, MomentField
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('clew', '0007_rule_versions')]

    initial = False

    operations = [
        ops.CreateModel(
            name='CompanyBlockRow',
            fields=[
                ('id', IdField(primary_key=True, unique=True, db_index=True)),
                ('company_id', fields.BigIntField()),
                ('block', fields.CharField(max_length=80)),
            ],
            options={'table': 'company_block', 'app': 'clew', 'unique_together': (('block', 'company_id'),), 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='LeadCaseRow',
            fields=[
                ('id', IdField(primary_key=True, unique=True, db_index=True)),
                ('kind', fields.CharField(max_length=16)),
                ('lead_id', fields.BigIntField(db_index=True)),
                ('userid', fields.CharField(max_length=64)),
                ('state', fields.CharField(default='open', max_length=16)),
                ('dedupe_key', fields.CharField(unique=True, max_length=160)),
                ('created_at', MomentField(generated=False, null=False, unique=False)),
                ('decided_by', fields.CharField(default='', max_length=64)),
                ('decided_at', MomentField(null=True, generated=False, unique=False)),
            ],
            options={'table': 'lead_case', 'app': 'clew', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='LeadLinkRow',
            fields=[
                ('id', IdField(primary_key=True, unique=True, db_index=True)),
                ('from_id', fields.BigIntField()),
                ('to_id', fields.BigIntField(db_index=True)),
                ('rule', fields.CharField(max_length=64)),
                ('since', MomentField(generated=False, null=False, unique=False)),
                ('ended_at', MomentField(null=True, generated=False, unique=False)),
            ],
            options={'table': 'lead_link', 'app': 'clew', 'unique_together': (('from_id', 'to_id'),), 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='MergeChangeRow',
            fields=[
                ('id', IdField(primary_key=True, unique=True, db_index=True)),
                ('link_id', fields.BigIntField(db_index=True)),
                ('lead_id', fields.BigIntField(db_index=True)),
                ('kept_id', fields.BigIntField(db_index=True)),
                ('before', fields.TextField(unique=False)),
                ('after', fields.TextField(unique=False)),
                ('kept_before', fields.TextField(unique=False)),
                ('undone_at', MomentField(null=True, generated=False, unique=False)),
            ],
            options={'table': 'merge_change', 'app': 'clew', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PersonBlockRow',
            fields=[
                ('id', IdField(primary_key=True, unique=True, db_index=True)),
                ('person_id', fields.BigIntField(db_index=True)),
                ('block', fields.CharField(max_length=200)),
            ],
            options={'table': 'person_block', 'app': 'clew', 'unique_together': (('block', 'person_id'),), 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.AddIndex(
            model_name='PersonRow',
            index=Index(fields=['company_id']),
        ),
        ops.AddField(
            model_name='ReviewRow',
            name='decided_at',
            field=MomentField(null=True, generated=False, unique=False),
        ),
        ops.AddField(
            model_name='ReviewRow',
            name='decided_by',
            field=fields.CharField(default='', max_length=64),
        ),
        ops.AddField(
            model_name='ReviewRow',
            name='reasons',
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddField(
            model_name='ReviewRow',
            name='score',
            field=fields.FloatField(null=True),
        ),
        ops.AddIndex(
            model_name='ReviewRow',
            index=Index(fields=['state', 'kind']),
        ),
    ]
