"""What detection needs: fingerprints of conflicts, members that left, names of subjects, value aliases.

Rows that are active already get their names, so that the first write after the upgrade finds whom it contradicts.
"""

from typing import Any

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import memories.ids
from engineering.slots import sentences
from memories.text import normalise

_AT_ONCE = 1_000
_LENGTH = 400


def index_names(apps: Any, schema_editor: Any) -> None:
    """Enter the names of active entities, and the subjects of active memories that claim a property."""
    subject = apps.get_model("engineering", "SlotSubject")
    names: set[tuple[Any, Any, str, str]] = set()
    entities = apps.get_model("engineering", "Entity").objects.filter(status="active")
    for pk, project, *texts in entities.values_list("pk", "project_id", "name", "external_ref").iterator():
        names |= {(pk, project, normalise(text)[:_LENGTH], "entity") for text in texts if text}
    remembered = apps.get_model("memories", "Memory").objects.filter(status="active", project__isnull=False)
    for pk, project, content in remembered.values_list("pk", "project_id", "content").iterator():
        if said := sentences.said(content):
            names.add((pk, project, said.subject[:_LENGTH], "memory"))
    rows = [subject(member_id=pk, project_id=project, name=name, member_kind=kind) for pk, project, name, kind in names]
    subject.objects.bulk_create(rows, batch_size=_AT_ONCE)


def forget_names(apps: Any, schema_editor: Any) -> None:
    """Nothing: the table goes with the migration."""


class Migration(migrations.Migration):
    dependencies = [
        ("engineering", "0001_initial"),
        ("memories", "0004_search_index"),
    ]

    operations = [
        migrations.AddField(
            model_name="conflict",
            name="fingerprint",
            field=models.CharField(blank=True, default="", editable=False, max_length=32),
        ),
        migrations.AddField(
            model_name="conflict",
            name="settled",
            field=models.CharField(blank=True, default="", editable=False, max_length=32),
        ),
        migrations.AddField(
            model_name="conflict",
            name="updated_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name="conflictmember",
            name="left_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="SlotSubject",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("project_id", models.UUIDField(blank=True, null=True)),
                ("name", models.CharField(max_length=400)),
                ("member_kind", models.CharField(max_length=16)),
                ("member_id", models.UUIDField()),
            ],
            options={
                "db_table": "slot_subjects",
                "indexes": [models.Index(fields=["name", "project_id"], name="slot_subjects_name")],
                "constraints": [models.UniqueConstraint(fields=("member_id", "name"), name="slot_subjects_unique")],
            },
        ),
        migrations.CreateModel(
            name="ValueAlias",
            fields=[
                (
                    "id",
                    models.UUIDField(default=memories.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("text", models.CharField(max_length=200)),
                ("stands_for", models.CharField(max_length=200)),
                ("created_by", models.CharField(blank=True, default="", max_length=200)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "project",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="value_aliases",
                        to="memories.project",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "value aliases",
                "db_table": "value_aliases",
                "indexes": [models.Index(fields=["project", "removed_at"], name="value_aliases_project")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("project__isnull", False), ("removed_at__isnull", True)),
                        fields=("project", "text"),
                        name="value_aliases_unique",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("project__isnull", True), ("removed_at__isnull", True)),
                        fields=("text",),
                        name="value_aliases_unique_global",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", models.F("stands_for")), _negated=True),
                        name="value_aliases_no_self",
                    ),
                ],
            },
        ),
        migrations.RunPython(index_names, forget_names, elidable=False),
    ]
