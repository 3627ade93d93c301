"""What a memory speaks of, by name: the first words that the index holds of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One column."""

    dependencies = [("memories", "0010_extractions")]
    operations = [
        migrations.AddField(
            "memory",
            "entities",
            models.JSONField(default=list, blank=True, help_text="names of the entities that it speaks of"),
        ),
    ]
