"""What was repeated where."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import memories.ids


class Migration(migrations.Migration):
    dependencies = [
        ("memories", "0008_housekeeping"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reinforcement",
            fields=[
                (
                    "id",
                    models.UUIDField(default=memories.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "session_id",
                    models.CharField(blank=True, default="", help_text="the interaction's, copied", max_length=200),
                ),
                (
                    "principal",
                    models.CharField(blank=True, default="", help_text="label of who captured it", max_length=200),
                ),
                (
                    "said_key",
                    models.CharField(
                        editable=False, help_text="digest of who said what in which session", max_length=64
                    ),
                ),
                (
                    "share",
                    models.FloatField(
                        default=1.0, help_text="share of the memory's distinct terms found in the answer"
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "interaction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reinforcements",
                        to="memories.interaction",
                    ),
                ),
                (
                    "memory",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reinforcements",
                        to="memories.memory",
                    ),
                ),
            ],
            options={
                "db_table": "reinforcements",
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["memory", "created_at", "id"], name="reinforcements_memory")],
                "constraints": [
                    models.UniqueConstraint(fields=("memory", "interaction"), name="reinforcements_once"),
                    models.UniqueConstraint(fields=("memory", "said_key"), name="reinforcements_said_once"),
                    models.CheckConstraint(
                        condition=models.Q(("share__gte", 0), ("share__lte", 1)), name="reinforcements_share_range"
                    ),
                ],
            },
        ),
    ]
