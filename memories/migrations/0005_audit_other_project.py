"""A second project on audit rows: where a link's other end stood, or where the record stood before a move."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """A nullable column and its partial index: neither rebuilds the table, so its triggers stay."""

    dependencies = [("memories", "0004_search_index")]
    operations = [
        migrations.AddField(
            model_name="auditentry",
            name="other_project_id",
            field=models.UUIDField(
                blank=True,
                help_text="where a link's other end stood, or where the record stood before a move",
                null=True,
            ),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(
                condition=models.Q(("other_project_id__isnull", False)),
                fields=["other_project_id", "project_id"],
                name="audit_other_project",
            ),
        ),
    ]
