from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('clew', '0001_initial')]

    initial = False

    operations = [
        ops.AddIndex(
            model_name='SendRow',
            index=Index(fields=['account', 'receiver', 'sent_at']),
        ),
    ]
