"""Receipts of context packs, and by record what captured exchanges were given; filled from those captured so far."""

import json
import re
import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import memories.ids

REF = re.compile(r"(?:\b([a-z]{1,32}):)?([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})(?![0-9a-f-])", re.IGNORECASE)
MOST = 1_000


def named(row):
    """Return the records that an exchange was given, by id, each with its kind where that is known."""
    found = {}
    for value, usual in ((row.context_pack, ""), (row.memories_used, "memory"), (row.chunks_used, "chunk")):
        for kind, text in REF.findall(json.dumps(value)):
            found.setdefault(uuid.UUID(text), (kind or usual).lower())
    return list(found.items())[:MOST]


def fill(apps, editor):
    """Note what the exchanges captured so far were given."""
    rows = apps.get_model("memories", "Interaction").objects.using(editor.connection.alias)
    item = apps.get_model("memories", "PackItem")
    given = rows.only("id", "context_pack", "memories_used", "chunks_used")
    for row in given.iterator(chunk_size=500):
        made = [item(id=uuid.uuid4(), record_id=pk, kind=kind, interaction_id=row.pk) for pk, kind in named(row)]
        item.objects.using(editor.connection.alias).bulk_create(made)


class Migration(migrations.Migration):
    dependencies = [
        ("memories", "0013_search_lead"),
    ]

    operations = [
        migrations.CreateModel(
            name="ContextPack",
            fields=[
                (
                    "id",
                    models.UUIDField(default=memories.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("prompt", models.TextField()),
                ("digest", models.CharField(help_text="SHA-256 of the text", max_length=64)),
                ("budget", models.PositiveIntegerField()),
                ("in_chars", models.BooleanField(default=False, help_text="whether the budget counts characters")),
                ("text", models.TextField()),
                ("items", models.JSONField(blank=True, default=list)),
                ("created_by", models.CharField(blank=True, default="", max_length=200)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "project",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="packs",
                        to="memories.project",
                    ),
                ),
            ],
            options={
                "db_table": "context_packs",
            },
        ),
        migrations.CreateModel(
            name="PackItem",
            fields=[
                (
                    "id",
                    models.UUIDField(default=memories.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("record_id", models.UUIDField()),
                (
                    "kind",
                    models.CharField(
                        blank=True, default="", help_text="empty where a client named an id alone", max_length=32
                    ),
                ),
                (
                    "interaction",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="memories.interaction",
                    ),
                ),
                (
                    "pack",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="memories.contextpack",
                    ),
                ),
            ],
            options={
                "db_table": "pack_items",
            },
        ),
        migrations.AddIndex(
            model_name="contextpack",
            index=models.Index(fields=["created_at", "id"], name="context_packs_created"),
        ),
        migrations.AddIndex(
            model_name="packitem",
            index=models.Index(fields=["record_id", "id"], name="pack_items_record"),
        ),
        migrations.AddConstraint(
            model_name="packitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("interaction__isnull", False), ("pack__isnull", True)),
                    models.Q(("interaction__isnull", True), ("pack__isnull", False)),
                    _connector="OR",
                ),
                name="pack_items_one_holder",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
