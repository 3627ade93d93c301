"""Documents keep their whole text, beside the record; they know the tree they are read from, and their own day."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """source_texts, and two columns of source_documents."""

    dependencies = [("memories", "0011_memory_entities")]
    operations = [
        migrations.CreateModel(
            name="SourceText",
            fields=[
                (
                    "document",
                    models.OneToOneField(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="source",
                        serialize=False,
                        to="memories.sourcedocument",
                    ),
                ),
                ("text", models.TextField(editable=False)),
            ],
            options={"db_table": "source_texts", "abstract": False, "base_manager_name": "objects"},
        ),
        migrations.AddField(
            model_name="sourcedocument",
            name="dated",
            field=models.DateField(blank=True, help_text="the day that its front matter gives", null=True),
        ),
        migrations.AddField(
            model_name="sourcedocument",
            name="origin",
            field=models.CharField(
                blank=True,
                default="",
                help_text="the tree it is read from; empty where it came by itself",
                max_length=300,
            ),
        ),
        migrations.AddIndex(
            model_name="sourcedocument",
            index=models.Index(fields=["project", "file_path"], name="documents_path"),
        ),
    ]
