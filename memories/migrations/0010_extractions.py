"""What extractors looked at and what they found where."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import memories.ids


class Migration(migrations.Migration):
    dependencies = [
        ("memories", "0009_reinforcements"),
    ]

    operations = [
        migrations.CreateModel(
            name="ExtractionRun",
            fields=[
                (
                    "id",
                    models.UUIDField(default=memories.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("extractor", models.CharField(choices=[("rules", "Rules"), ("llm", "Llm")], max_length=16)),
                ("outcome", models.CharField(choices=[("done", "Done"), ("failed", "Failed")], max_length=16)),
                (
                    "llm_model",
                    models.CharField(
                        blank=True, default="", help_text="the model asked, where one was", max_length=200
                    ),
                ),
                ("found", models.PositiveIntegerField(default=0, help_text="statements found")),
                ("proposed", models.PositiveIntegerField(default=0, help_text="of these, new candidates")),
                (
                    "refused",
                    models.JSONField(blank=True, default=list, help_text="what was not taken, each with its reason"),
                ),
                ("error", models.TextField(blank=True, default="", help_text="why it failed")),
                ("created_by", models.CharField(blank=True, default="", max_length=200)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "interaction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="extraction_runs",
                        to="memories.interaction",
                    ),
                ),
            ],
            options={
                "db_table": "extraction_runs",
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                (
                    "id",
                    models.UUIDField(default=memories.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[("proposed", "Proposed"), ("known", "Known"), ("rejected", "Rejected")], max_length=16
                    ),
                ),
                ("record_kind", models.CharField(max_length=32)),
                ("record_id", models.UUIDField()),
                ("place", models.CharField(help_text="prompt or response", max_length=16)),
                ("start", models.PositiveIntegerField(help_text="first character in that text")),
                ("end", models.PositiveIntegerField(help_text="the character after the last")),
                ("rule", models.CharField(blank=True, default="", max_length=80)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "interaction",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="memories.interaction",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="memories.extractionrun",
                    ),
                ),
            ],
            options={
                "db_table": "findings",
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddIndex(
            model_name="extractionrun",
            index=models.Index(fields=["extractor", "outcome", "interaction"], name="extraction_runs_done"),
        ),
        migrations.AddConstraint(
            model_name="extractionrun",
            constraint=models.CheckConstraint(
                condition=models.Q(("extractor__in", ["rules", "llm"])), name="extraction_runs_extractor_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="extractionrun",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["done", "failed"])), name="extraction_runs_outcome_known"
            ),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(fields=["record_kind", "record_id"], name="findings_record"),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.UniqueConstraint(
                fields=("interaction", "record_kind", "record_id"), name="findings_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(("place__in", ["prompt", "response"])), name="findings_place_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(condition=models.Q(("end__gt", models.F("start"))), name="findings_span"),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["proposed", "known", "rejected"])), name="findings_outcome_known"
            ),
        ),
    ]
