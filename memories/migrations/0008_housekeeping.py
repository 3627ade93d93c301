"""The run log of housekeeping, and the figures of each day."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import memories.ids


class Migration(migrations.Migration):
    dependencies = [
        ("memories", "0007_bands"),
    ]

    operations = [
        migrations.CreateModel(
            name="HousekeepingRun",
            fields=[
                (
                    "id",
                    models.UUIDField(default=memories.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("outcome", models.CharField(default="running", max_length=16)),
                ("counts", models.JSONField(default=dict)),
                ("error", models.TextField(blank=True, default="")),
                ("who", models.CharField(max_length=200)),
                ("request_id", models.CharField(max_length=64)),
                (
                    "longest_ms",
                    models.PositiveIntegerField(default=0, help_text="its longest transaction, milliseconds"),
                ),
            ],
            options={
                "db_table": "housekeeping_runs",
                "indexes": [models.Index(fields=["started_at", "id"], name="housekeeping_started")],
            },
        ),
        migrations.CreateModel(
            name="DailyFigures",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("figures", models.JSONField(default=dict)),
                (
                    "measured_at",
                    models.DateTimeField(help_text="when what stands was counted; what was done is of the day itself"),
                ),
                (
                    "project",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="daily_figures",
                        to="memories.project",
                    ),
                ),
            ],
            options={
                "db_table": "daily_figures",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("project__isnull", False)),
                        fields=("project", "day"),
                        name="daily_figures_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("project__isnull", True)), fields=("day",), name="daily_figures_once_global"
                    ),
                ],
            },
        ),
    ]
