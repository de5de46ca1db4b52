from tortoise import migrations
from tortoise.migrations import operations as ops
from storage.models.fields import IdField, MomentField
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('clew', '0006_synchronisation')]

    initial = False

    operations = [
        ops.CreateModel(
            name='RuleVersionRow',
            fields=[
                ('number', IdField(primary_key=True, unique=True, db_index=True)),
                ('name', fields.CharField(max_length=128)),
                ('state', fields.CharField(max_length=12)),
                ('sources', fields.TextField(unique=False)),
                ('frame', fields.TextField(unique=False)),
                ('author', fields.CharField(max_length=64)),
                ('note', fields.CharField(max_length=255)),
                ('created_at', MomentField(generated=False, null=False, unique=False)),
                ('trial_for', fields.CharField(max_length=64)),
                ('trial', fields.TextField(unique=False)),
                ('tried_at', MomentField(null=True, generated=False, unique=False)),
                ('published_by', fields.CharField(max_length=64)),
                ('published_at', MomentField(null=True, generated=False, unique=False)),
                ('retired_at', MomentField(null=True, generated=False, unique=False)),
            ],
            options={'table': 'rule_version', 'app': 'clew', 'pk_attr': 'number'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ScoreBasisRow',
            fields=[
                ('id', IdField(primary_key=True, unique=True, db_index=True)),
                ('lead_id', fields.BigIntField()),
                ('person_id', fields.BigIntField(db_index=True)),
                ('at', MomentField(generated=False, null=False, unique=False)),
                ('sealed', fields.BinaryField()),
            ],
            options={'table': 'score_basis', 'app': 'clew', 'indexes': [Index(fields=['lead_id', 'at'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='LeadRow',
            name='basis_mark',
            field=fields.CharField(default='', max_length=32),
        ),
    ]
