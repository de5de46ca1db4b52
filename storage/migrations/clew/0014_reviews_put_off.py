from tortoise import migrations
from tortoise.migrations import operations as ops
from storage.models.fields import MomentField

class Migration(migrations.Migration):
    dependencies = [('clew', '0013_segments')]

    initial = False

    operations = [
        ops.AddField(
            model_name='ReviewRow',
            name='put_off_at',
            field=MomentField(null=True, generated=False, unique=False),
        ),
    ]
