from tortoise import migrations
from tortoise.migrations import operations as ops
from storage.models.fields import IdField, MomentField
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('clew', '0014_reviews_put_off')]

    initial = False

    operations = [
        ops.CreateModel(
            name='CompanyAliasRow',
            fields=[
                ('id', IdField(primary_key=True, unique=True, db_index=True)),
                ('company', fields.CharField(max_length=64)),
                ('alias', fields.CharField(max_length=64)),
                ('created_by', fields.CharField(max_length=64)),
                ('created_at', MomentField(generated=False, null=False, unique=False)),
                ('ended_by', fields.CharField(default='', max_length=64)),
                ('ended_at', MomentField(null=True, generated=False, unique=False)),
            ],
            options={'table': 'company_alias', 'app': 'clew', 'pk_attr': 'id'},
            bases=['Model'],
        ),
    ]
