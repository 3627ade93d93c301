"""Named moments of a project, and how far each person has reviewed."""

import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.db import migrations, models

import memories.ids


class Migration(migrations.Migration):
    dependencies = [
        ("memories", "0005_audit_other_project"),
    ]

    operations = [
        migrations.CreateModel(
            name="Baseline",
            fields=[
                (
                    "id",
                    models.UUIDField(default=memories.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=80)),
                ("at", models.DateTimeField(help_text="the moment that is named")),
                ("seq", models.BigIntegerField(help_text="the newest row of the log when it was named")),
                ("note", models.TextField(blank=True, default="")),
                ("created_by", models.CharField(blank=True, default="", max_length=200)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="baselines", to="memories.project"
                    ),
                ),
            ],
            options={
                "db_table": "baselines",
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["project", "at", "id"], name="baselines_project_at")],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"), models.F("project"), name="baselines_name_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewMark",
            fields=[
                (
                    "id",
                    models.UUIDField(default=memories.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("reviewer", models.CharField(help_text="label of the actor whose mark it is", max_length=200)),
                ("seq", models.BigIntegerField(default=0, help_text="the last row of the log that was reviewed")),
                ("moved_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="review_marks", to="memories.project"
                    ),
                ),
            ],
            options={
                "db_table": "review_marks",
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [models.UniqueConstraint(fields=("project", "reviewer"), name="review_marks_one_each")],
            },
        ),
    ]
